"""A migration that dies leaves nothing half-made behind; the next one goes on with the same script."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest

from chassis.testing import pristine
from mutants.infect import TESTS

pytestmark = [pytest.mark.slow, pytest.mark.connected]

MOST = 30


@pytest.fixture
async def empty(infra: Any) -> Any:
    """The URL of a database that nobody has migrated."""
    name = f"crash_{os.getpid()}"
    server = await asyncpg.connect(infra.postgres.url("postgres"))
    await server.execute(f'CREATE DATABASE "{name}"')
    yield infra.postgres.url(name)
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()


async def rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def migrate(service: str, url: str, arrival: int) -> int:
    """Die at that arrival; the process's exit code, negative for a signal."""
    command = [sys.executable, "-m", "crashes", f"migration-before-commit:{arrival}", "--", service, "migrate"]
    env = os.environ | {"PYTHONPATH": str(TESTS), f"{service.upper()}_DATABASE_URL": url}
    return subprocess.run(command, env=env, capture_output=True, timeout=120, check=False).returncode


def deaths(service: str, url: str) -> Iterator[int]:
    """Migrate until it is done: the first dies in the first script, each later one ends one and dies in the next."""
    code = migrate(service, url, 1)
    for _ in range(MOST):
        if code == 0:
            return
        yield code
        code = migrate(service, url, 2)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("service", ["accounting", "gateway"])
async def test_a_migration_that_died_in_any_script_is_done_by_the_next(
    service: str, empty: str, database_for: Callable[[str], Awaitable[str]]
) -> None:
    codes = list(deaths(service, empty))

    whole = await database_for(service)
    scripts = await rows(whole, "SELECT name FROM chassis.migration ORDER BY name")
    revisions = list((TESTS.parent / "services" / service).glob("src/*/migrations/versions/0*.py"))
    assert codes == [-signal.SIGKILL] * (len(scripts) + len(revisions))
    assert await rows(empty, "SELECT name FROM chassis.migration ORDER BY name") == scripts
    for query in (f"SELECT ({pristine._SCHEMA_DIGEST})", "SELECT * FROM chassis.service_migration"):
        assert await rows(empty, query) == await rows(whole, query)
