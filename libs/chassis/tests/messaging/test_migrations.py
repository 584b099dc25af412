"""Migrating: everything once, safe to repeat, safe to do in two places, patient with a server that is away."""

import asyncio
from typing import Any

import asyncpg
import pytest
from pantry.main import PantrySettings

from chassis.migrations import migrate
from chassis.testing import Infra, Wire

pytestmark = pytest.mark.connected


@pytest.fixture
async def empty(infra: Infra) -> Any:
    import secrets

    name = f"test_empty_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(infra.postgres.url("postgres"))
    await connection.execute(f'CREATE DATABASE "{name}"')
    yield infra.postgres.url(name)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


async def applied(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM chassis.migration ORDER BY name")]
    finally:
        await connection.close()


async def test_two_migrators_at_once_apply_everything_once(empty: str) -> None:
    settings = PantrySettings(database_url=empty)
    await asyncio.gather(migrate(settings, "pantry"), migrate(settings, "pantry"))
    first = await applied(empty)
    assert "0100-messaging.sql" in first
    await migrate(settings, "pantry")
    assert await applied(empty) == first
    connection = await asyncpg.connect(empty)
    assert await connection.fetchval("SELECT version_num FROM chassis.service_migration") == "0001"
    assert await connection.fetchval("SELECT count(*) FROM note") == 0
    await connection.close()


async def test_a_server_that_is_away_is_waited_for(empty: str, infra: Infra) -> None:
    wire = Wire(infra.postgres.host, infra.postgres.port)
    await wire.mend()
    await wire.cut()
    settings = PantrySettings(database_url=empty.replace(f":{infra.postgres.port}/", f":{wire.port}/"))
    with pytest.raises(OSError):
        await migrate(settings, "pantry", patience=0)
    migrating = asyncio.create_task(migrate(settings, "pantry"))
    await asyncio.sleep(0)
    await wire.mend()
    await migrating
    assert "0100-messaging.sql" in await applied(empty)
    await wire.cut()
