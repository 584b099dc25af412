"""The guarantees that only a real broker can show."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from pantry.events import CropHarvested, JarFilled
from pantry.main import PantrySettings, service
from sqlalchemy import text

from chassis.consuming import run_consumers
from chassis.relay import run_relay
from chassis.runtime import Runtime, live
from chassis.testing import Broker, eventually
from contracts.event import Actor, Event

pytestmark = pytest.mark.connected


@asynccontextmanager
async def running(*roles: Any) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(role) for role in roles]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def runtime_for(database_for: Any, kafka: Broker) -> AsyncIterator[Callable[..., Any]]:
    url = await database_for("pantry")
    async with AsyncExitStack() as stack:

        async def make(**settings: Any) -> Runtime:
            configured = PantrySettings(database_url=url, **{**kafka.settings, **settings})
            return await stack.enter_async_context(live(service, configured))

        yield make


async def count(runtime: Runtime, table: str) -> int:
    async with runtime.engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def say(runtime: Runtime, *events: Event) -> None:
    async with runtime.transaction(Actor.parse("user:test")) as uow:
        for event in events:
            uow.publish(event)


async def test_what_is_said_reaches_the_topic_in_order_per_key(runtime_for: Any, kafka: Broker) -> None:
    await kafka.make("pantry.jar.v1")
    runtime = await runtime_for()
    for number in range(20):
        await say(runtime, *(JarFilled(field=field, amount=number) for field in ("north", "south")))
    async with running(run_relay(runtime)):
        records = await kafka.read("pantry.jar.v1", at_least=40)

        async def empty() -> bool:
            return await count(runtime, "chassis.outbox") == 0

        await eventually(empty)
    for field in ("north", "south"):
        mine = [record for record in records if record.key == field.encode()]
        assert [int(record.header("ce_sequence") or 0) for record in mine] == list(range(1, 21))
        assert [JarFilled.model_validate_json(record.value or b"").amount for record in mine] == list(range(20))


async def test_an_event_goes_all_the_way(runtime_for: Any, kafka: Broker) -> None:
    for topic in ("farm.crop.v1", "pantry.jar.v1", "market.price.v1"):
        await kafka.make(topic, compacted=topic.startswith("market"))
    runtime = await runtime_for()
    await say(runtime, *(CropHarvested(field=f"f{number % 7}", amount=number) for number in range(100)))
    async with running(run_relay(runtime), run_consumers(runtime)):
        filled = await kafka.read("pantry.jar.v1", at_least=100)
    assert await count(runtime, "note") == 100
    assert len({record.header("ce_id") for record in filled}) == 100
