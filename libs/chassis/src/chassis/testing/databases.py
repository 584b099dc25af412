"""A database per test, copied from a migrated template, so that no test waits for migrations or sees another's rows."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import asyncpg

from chassis.migrations import migrate
from chassis.settings import ServiceSettings
from chassis.testing import pristine
from chassis.testing.infra import PostgresAccess


class Databases:
    """Makes databases on one server, and lends them again when they were given back.

    A template carries a digest of all migrations: runs and workers share it while they agree.
    """

    def __init__(self, server: PostgresAccess) -> None:
        self._server = server
        self._templates: dict[str, str] = {}
        self._free: dict[str, list[str]] = defaultdict(list)
        self._lent: dict[str, str] = {}

    async def make(self, package: str) -> str:
        """The URL of a database with exactly what ``migrate`` makes for the service ``package``."""
        name = await self._used_before(package) or await self._new(package)
        self._lent[name] = package
        return self._server.url(name)

    def give_back(self, url: str) -> None:
        """The database may be lent again; it is cleaned then."""
        name = url.rpartition("/")[2]
        self._free[self._lent.pop(name)].append(name)

    async def drop_all(self) -> None:
        for name in [*self._lent, *(name for names in self._free.values() for name in names)]:
            await self._drop(name)
        self._lent.clear()
        self._free.clear()

    async def _used_before(self, package: str) -> str | None:
        while self._free[package]:
            name = self._free[package].pop()
            async with self._connected(name) as connection:
                await connection.execute(pristine.LEAVE_ALONE)
                clean = await connection.fetchval(pristine.RESTORE)
            if clean:
                return name
            await self._drop(name)
        return None

    async def _new(self, package: str) -> str:
        if package not in self._templates:
            self._templates[package] = await self._template(package)
        name = f"test_{package}_{secrets.token_hex(5)}"
        async with self._connected() as connection:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._templates[package]}"')
        return name

    async def _template(self, package: str) -> str:
        name = f"template_{package}_{_digest(package)}"
        async with self._connected() as connection:
            await connection.execute("SELECT pg_advisory_lock(hashtext($1))", name)
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                unfinished = f"{name}_unfinished"
                await connection.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
                await connection.execute(f'CREATE DATABASE "{unfinished}"')
                await migrate(ServiceSettings(database_url=self._server.url(unfinished)), package)
                async with self._connected(unfinished) as inside:
                    await inside.execute(pristine.KEEP)
                await connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
        return name

    async def _drop(self, name: str) -> None:
        async with self._connected() as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @asynccontextmanager
    async def _connected(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection[Any]]:
        connection = await asyncpg.connect(self._server.url(database), timeout=10)
        try:
            yield connection
        finally:
            await connection.close()


def _digest(package: str) -> str:
    found = hashlib.sha256(pristine.KEEP.encode())
    versions = Path(str(resources.files(package))) / "migrations" / "versions"
    files = [*Path(str(resources.files("chassis"))).joinpath("ddl").glob("*.sql"), *versions.glob("*.py")]
    for file in sorted(files, key=lambda each: each.name):
        found.update(re.sub(r"\s+", " ", file.read_text()).encode())
    return found.hexdigest()[:12]
