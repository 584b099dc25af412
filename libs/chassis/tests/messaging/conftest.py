import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import text

from chassis.runtime import Runtime, live
from chassis.testing import Broker
from contracts.event import Actor, Event


@asynccontextmanager
async def running(*roles: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Roles of a service, in this process, until the block ends."""
    tasks = [asyncio.create_task(role) for role in roles]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


class Live:
    """A runtime on real servers, with what tests ask of it again and again."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def say(self, *events: Event) -> None:
        async with self.runtime.transaction(Actor.parse("user:test")) as uow:
            for event in events:
                uow.publish(event)

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.runtime.engine.begin() as connection:
            result = await connection.execute(text(statement), values)
            return list(result.mappings()) if result.returns_rows else []

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"])

    def trouble(self, name: str) -> str:
        return self.runtime.progress.troubles().get(name, "")


@pytest.fixture
def together() -> Any:
    return running


@pytest.fixture
async def live_pantry(
    database_for: Callable[[str], Awaitable[str]], kafka: Broker
) -> AsyncIterator[Callable[..., Awaitable[Live]]]:
    """Makes runtimes of the pantry, all on one database and one broker, as replicas are."""
    from pantry.main import PantrySettings, service

    url = await database_for("pantry")
    async with AsyncExitStack() as stack:

        async def make(**settings: Any) -> Live:
            configured = PantrySettings(**{"database_url": url, **kafka.settings, **settings})
            return Live(await stack.enter_async_context(live(service, configured)))

        yield make
