import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from shelf.main import ShelfSettings, service
from sqlalchemy import text

from chassis.http import make_app
from chassis.runtime import live
from chassis.security import KeyRing, Principal, mint, new_key, public_keys
from chassis.testing import Harness
from contracts import Actor

WRITE = {"things:write", "things:read"}


async def test_with_the_database_away_requests_are_refused_at_once_and_the_process_lives():
    key = new_key("k")
    keys = KeyRing()
    keys.learn(public_keys([key]), ())
    token = mint(key, Principal(subject="an", permissions=frozenset(WRITE)), "shelf")
    async with live(service, ShelfSettings(database_url="postgresql://nobody@127.0.0.1:9/none")) as runtime:
        transport = httpx2.ASGITransport(make_app(runtime, keys=keys))
        async with httpx2.AsyncClient(transport=transport, base_url="http://shelf") as client:
            begun = time.monotonic()
            answer = await client.post("/things", json={"name": "jar"}, headers={"authorization": f"Bearer {token}"})
            took = time.monotonic() - begun
            alive, ready = await client.get("/health/live"), await client.get("/health/ready")

    assert (answer.status_code, answer.json()["code"]) == (503, "database-away")
    assert int(answer.headers["retry-after"]) >= 1
    assert took < 1
    assert alive.status_code == 200
    assert ready.status_code == 503
    assert "database" in ready.json()["troubles"]


@pytest.mark.connected
async def test_a_row_that_is_held_too_long_is_a_refusal_and_no_fault(
    harness_for: Callable[..., Awaitable[Harness]],
):
    shelf = await harness_for(service, statement_timeout=0.3)
    client = shelf.client(permissions=WRITE)
    id = (await client.post("/things", json={"name": "jar"})).json()["id"]
    async with shelf.runtime.engine.begin() as holder:
        await holder.execute(text("SELECT 1 FROM thing FOR UPDATE"))
        answer = await client.patch(f"/things/{id}", json={"name": "cup"}, headers={"if-match": '"1"'})

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.connected
async def test_who_asked_first_has_a_connection_first(harness_for: Callable[..., Awaitable[Harness]]):
    """However many come while others wait; else a few requests of a crowded service wait many times as long as most."""
    runtime = (await harness_for(service, pool_size=2)).runtime
    asked: list[int] = []
    served: list[int] = []

    async def ask(number: int) -> None:
        asked.append(number)
        async with runtime.reading(Actor.system("test")) as uow:
            served.append(number)
            await uow.connection.execute(text("SELECT pg_sleep(0.001)"))

    async with asyncio.TaskGroup() as crowd:
        for number in range(400):
            crowd.create_task(ask(number))
            for _ in range(number % 7):
                await asyncio.sleep(0)

    passed_over = [abs(place - served.index(number)) for place, number in enumerate(asked)]
    assert max(passed_over) <= 2, "somebody was passed over by more than the one beside him"


@pytest.mark.connected
async def test_metrics_count_requests_by_route_and_never_by_unknown_address(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    await client.get("/things/00000000-0000-0000-0000-000000000001")
    await client.get("/some/strangers/scan")

    metrics = (await client.get("/metrics")).text

    assert 'http_request_duration_seconds_count{method="GET",route="/things/{id}",status="404"}' in metrics
    assert "strangers" not in metrics


@pytest.mark.connected
async def test_readiness_shows_each_activity_and_why_it_is_not_ready(shelf: Harness):
    activity = shelf.runtime.progress.activity("crops")
    activity.trouble = "Kafka: away"
    client = shelf.client()

    answer = await client.get("/health/ready")
    activity.step()

    assert answer.status_code == 503
    assert answer.json()["troubles"] == {"crops": "Kafka: away"}
    assert (await client.get("/health/ready")).status_code == 200
