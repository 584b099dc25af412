"""What people see of the machinery: who reads what, what is rebuilt, what still waits for its other half."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from pantry.events import CropHarvested, JarState, PriceChanged
from pantry.main import service
from sqlalchemy import text

from chassis import half, republish
from chassis.half import HALVES, watch_halves
from chassis.testing import Harness, eventually

pytestmark = pytest.mark.connected

unpaired = half("unpaired", "SELECT key, to_timestamp(what::float8) AS since, 'lid' AS missing FROM rule")


async def states(uow: Any, after: str | None, limit: int) -> list[JarState]:
    rows = await uow.connection.execute(
        text("SELECT key FROM rule WHERE key > :after ORDER BY key LIMIT :limit FOR SHARE"),
        {"after": after or "", "limit": limit},
    )
    return [JarState(field=row.key, amount=1) for row in rows]


say_jars = republish("republish-jars", states)
watched = dataclasses.replace(service, halves=[unpaired], copies=service.copies[:-1], jobs=[say_jars])


@pytest.fixture
async def seen(harness_for: Any) -> Harness:
    made: Harness = await harness_for(watched)
    return made


async def waits(harness: Harness, key: str, *, since: timedelta) -> None:
    await harness.rows("INSERT INTO rule VALUES (:key, :what)", key=key, what=str((harness.now - since).timestamp()))


async def test_what_is_half_for_more_than_ten_minutes_is_listed(seen: Harness) -> None:
    await waits(seen, "young", since=timedelta(minutes=9, seconds=59))
    await waits(seen, "old", since=timedelta(minutes=10, seconds=1))
    client = seen.client(permissions=["dead-letters:read"])
    assert (await client.get("/halves")).json() == {"items": [{"name": "unpaired", "overdue": 1}]}
    detail = (await client.get("/halves/unpaired")).json()
    assert [(each["key"], each["missing"]) for each in detail["items"]] == [("old", "lid")]
    unknown = await client.get("/halves/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "half-not-found")


async def test_what_is_half_for_too_long_is_counted_and_logged(seen: Harness, caplog: pytest.LogCaptureFixture) -> None:
    import asyncio

    await waits(seen, "old", since=timedelta(hours=1))
    watching = asyncio.create_task(watch_halves(seen.runtime, [unpaired]))

    async def counted() -> bool:
        return HALVES.labels("unpaired")._value.get() == 1

    await eventually(counted)
    watching.cancel()
    assert "1 of unpaired wait for their other half" in caplog.text


async def test_readers_are_listed_with_their_positions(seen: Harness) -> None:
    await seen.receives(CropHarvested(field="north", amount=1))
    client = seen.client(permissions=["jobs:read", "jobs:write"])
    readers = {each["name"]: each for each in (await client.get("/consumers")).json()["items"]}
    assert readers["crops"]["kind"] == "consumer"
    assert [each["next_offset"] for each in readers["crops"]["positions"]] == [1]
    assert (readers["prices"]["kind"], readers["prices"]["rebuild"]) == ("copy", None)
    assert readers["gifts"]["kind"] == "door"


async def test_only_a_copy_can_be_rebuilt(seen: Harness) -> None:
    await seen.receives(PriceChanged(sku="A", amount=1))
    client = seen.client(permissions=["jobs:read", "jobs:write"])
    asked = await client.post("/consumers/prices/rebuild", headers={"Idempotency-Key": "1"})
    assert asked.status_code == 202
    readers = {each["name"]: each for each in (await client.get("/consumers")).json()["items"]}
    assert readers["prices"]["rebuild"] == "waiting"
    assert len(readers["prices"]["positions"]) == 1
    refused = await client.post("/consumers/crops/rebuild", headers={"Idempotency-Key": "2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no-copy")
    unknown = await client.post("/consumers/nobody/rebuild", headers={"Idempotency-Key": "3"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "reader-not-found")


async def test_all_states_of_a_compacted_topic_are_said_again_in_bounded_steps(seen: Harness) -> None:
    async with seen.uow() as uow:
        await uow.connection.execute(
            text("INSERT INTO rule SELECT 'k' || lpad(n::text, 4, '0'), '0' FROM generate_series(1, 450) AS n")
        )
    await seen.runs(say_jars)
    said = await seen.published(JarState)
    assert len(said) == len({event.field for event in said}) == 450
    transactions = await seen.rows("SELECT count(DISTINCT xmin::text) AS n FROM chassis.outbox")
    assert transactions[0]["n"] == 3
