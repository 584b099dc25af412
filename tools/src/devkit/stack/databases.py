"""One database and one login per service. No login can even connect to another's database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from devkit.native.postgres import Postgres

if TYPE_CHECKING:
    import asyncpg


def make_databases(postgres: Postgres, passwords: Mapping[str, str]) -> None:
    """Make what is missing; each login has the password given here from now on."""
    postgres.run(lambda connection: _make(connection, passwords))


async def _make(connection: asyncpg.Connection[Any], passwords: Mapping[str, str]) -> None:
    for shared in ("postgres", "template1"):
        await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {shared} FROM PUBLIC")
    logins = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    databases = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    for name, password in passwords.items():
        login = await _quoted(connection, name)
        secret = await connection.fetchval("SELECT quote_literal($1)", password)
        verb = "ALTER" if name in logins else "CREATE"
        await connection.execute(f"{verb} ROLE {login} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {secret}")
        if name not in databases:
            await connection.execute(f"CREATE DATABASE {login} OWNER {login}")
        await connection.execute(f"REVOKE ALL ON DATABASE {login} FROM PUBLIC")


async def _quoted(connection: asyncpg.Connection[Any], name: str) -> str:
    return str(await connection.fetchval("SELECT quote_ident($1)", name))
