"""A database per test, copied from a migrated template, so that no test waits for migrations or sees another's rows."""

from __future__ import annotations

import hashlib
import re
import secrets
from importlib import resources
from pathlib import Path
from typing import Any

import asyncpg

from chassis.migrations import migrate
from chassis.settings import ServiceSettings
from chassis.testing.infra import PostgresAccess


class Databases:
    """Makes databases on one server. A template carries a digest of all migrations: runs share it while they agree."""

    def __init__(self, server: PostgresAccess) -> None:
        self._server = server
        self._templates: dict[str, str] = {}
        self._made: list[str] = []

    async def make(self, package: str) -> str:
        """The URL of a new database with everything that ``migrate`` makes for the service ``package``."""
        template = self._templates.get(package) or await self._template(package)
        self._templates[package] = template
        name = f"test_{package}_{secrets.token_hex(5)}"
        await self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        self._made.append(name)
        return self._server.url(name)

    async def drop_all(self) -> None:
        while self._made:
            await self._do(f'DROP DATABASE IF EXISTS "{self._made.pop()}" WITH (FORCE)')

    async def _template(self, package: str) -> str:
        name = f"template_{package}_{_digest(package)}"
        connection = await self._connect()
        try:
            await connection.execute("SELECT pg_advisory_lock(hashtext($1))", name)
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                unfinished = f"{name}_unfinished"
                await connection.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
                await connection.execute(f'CREATE DATABASE "{unfinished}"')
                await migrate(ServiceSettings(database_url=self._server.url(unfinished)), package)
                await connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
        finally:
            await connection.close()
        return name

    async def _do(self, statement: str) -> None:
        connection = await self._connect()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _connect(self) -> asyncpg.Connection[Any]:
        return await asyncpg.connect(self._server.url("postgres"), timeout=10)


def _digest(package: str) -> str:
    found = hashlib.sha256()
    versions = Path(str(resources.files(package))) / "migrations" / "versions"
    files = [*Path(str(resources.files("chassis"))).joinpath("ddl").glob("*.sql"), *versions.glob("*.py")]
    for file in sorted(files, key=lambda each: each.name):
        found.update(re.sub(r"\s+", " ", file.read_text()).encode())
    return found.hexdigest()[:12]
