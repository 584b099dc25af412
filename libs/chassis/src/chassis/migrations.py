"""Brings a service's database to what its code expects: first the chassis' own tables, then the service's.

Migrations only expand (nullable or defaulted columns, concurrent indexes), so the release before keeps working on the
new schema. One migrator works at a time; a table that is busy is tried again instead of queueing everybody behind us.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chassis import hooks
from chassis.database import make_engine
from chassis.failures import is_transient
from chassis.settings import ServiceSettings

log = logging.getLogger(__name__)

_ONE_AT_A_TIME = 0x47414E48
_BUSY_TABLE_PATIENCE = "4s"
_TRIES_ON_BUSY_TABLE = 15


async def migrate(settings: ServiceSettings, package: str, *, patience: float = 300) -> None:
    """Apply everything that is missing to the database of the service whose import name is ``package``.

    Waits up to ``patience`` seconds for PostgreSQL to answer. Safe to run twice, or in two places at once.
    """
    async with _connected(settings, patience) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _ONE_AT_A_TIME)
        await _own_tables(connection)
        await _service_tables(settings, package)


@asynccontextmanager
async def _connected(settings: ServiceSettings, patience: float) -> AsyncIterator["asyncpg.Connection[Any]"]:
    url = settings.sqlalchemy_url.replace("postgresql+asyncpg://", "postgresql://")
    deadline = time.monotonic() + patience
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as error:
            if time.monotonic() > deadline:
                raise
            log.warning("PostgreSQL does not answer yet (%s)", error)
            await asyncio.sleep(0.5)
        else:
            break
    try:
        yield connection
    finally:
        await connection.close()


async def _own_tables(connection: "asyncpg.Connection[Any]") -> None:
    await connection.execute("CREATE SCHEMA IF NOT EXISTS chassis")
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS chassis.migration "
        "(name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
    )
    applied = {row["name"] for row in await connection.fetch("SELECT name FROM chassis.migration")}
    scripts = sorted(
        (file for file in resources.files("chassis").joinpath("ddl").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    for script in scripts:
        if script.name in applied:
            continue
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{_BUSY_TABLE_PATIENCE}'")
            await connection.execute(script.read_text())
            await connection.execute("INSERT INTO chassis.migration (name) VALUES ($1)", script.name)
            hooks.reach("migration-before-commit")
        log.info("applied %s", script.name)


async def _service_tables(settings: ServiceSettings, package: str) -> None:
    versions = _versions(package)
    if versions is None:
        return
    engine = make_engine(settings, "migrate")
    try:
        for left in range(_TRIES_ON_BUSY_TABLE, 0, -1):
            try:
                async with engine.connect() as connection:
                    await connection.execute(text(f"SET lock_timeout = '{_BUSY_TABLE_PATIENCE}'"))
                    await connection.execute(text("SET statement_timeout = 0"))
                    await connection.commit()
                    await connection.run_sync(_upgrade, versions)
                    await connection.commit()
            except DBAPIError as error:
                if left == 1 or not is_transient(error):
                    raise
                log.warning("a migration could not get its lock, trying again: %s", error)
                await asyncio.sleep(1)
            else:
                return
    finally:
        await engine.dispose()


def _versions(package: str) -> Path | None:
    found = Path(str(resources.files(package))) / "migrations" / "versions"
    return found if found.is_dir() else None


def _upgrade(connection: Connection, versions: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic_env"))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")
