"""What a consumer promises about every event, shown on its whole path but for the broker."""

import pytest
from pantry.events import CropEvent, CropHarvested, CropPraised, CropSpoiled, JarFilled, PriceChanged
from sqlalchemy import text

from chassis import consumer
from chassis.testing import Harness
from contracts.event import Actor

pytestmark = pytest.mark.connected


async def notes(harness: Harness, key: str | None = None) -> list[str]:
    rows = await harness.rows("SELECT key, what FROM note ORDER BY id")
    return [row["what"] for row in rows if key is None or row["key"] == key]


async def rule(harness: Harness, key: str, what: str | None) -> None:
    if what is None:
        await harness.rows("DELETE FROM rule WHERE key = :key", key=key)
    else:
        await harness.rows("INSERT INTO rule VALUES (:key, :what)", key=key, what=what)


async def test_an_event_has_its_effect_and_says_what_follows(harness: Harness) -> None:
    [event] = await harness.receives(CropHarvested(field="north", amount=3))
    assert await notes(harness) == ["harvested 3"]
    [filled] = await harness.published(JarFilled)
    assert (filled.field, filled.amount, filled.meta.sequence) == ("north", 3, 1)
    assert filled.meta.causation_id == event.meta.id


async def test_what_follows_names_whoever_caused_it(harness: Harness) -> None:
    lan = Actor.parse("user:lan")
    await harness.receives(CropHarvested(field="north", amount=3), actor=lan)
    [filled] = await harness.published(JarFilled)
    assert filled.meta.actor == lan


async def test_a_redelivered_event_has_one_effect(harness: Harness) -> None:
    await harness.receives(CropHarvested(field="north", amount=3), id="1")
    await harness.receives(CropHarvested(field="north", amount=3), id="1")
    assert await notes(harness) == ["harvested 3"]
    assert len(await harness.published(JarFilled)) == 1


async def test_the_same_event_handled_in_another_life_says_the_same_again(harness: Harness) -> None:
    await harness.receives(CropHarvested(field="north", amount=3), id="1")
    [first] = await harness.published(JarFilled)
    for table in ("inbox", "outbox", "stream"):
        await harness.rows(f"DELETE FROM chassis.{table}")
    await harness.receives(CropHarvested(field="north", amount=3), id="1")
    [second] = await harness.published(JarFilled)
    assert first.meta.id == second.meta.id


async def test_events_of_a_key_are_handled_in_order(harness: Harness) -> None:
    await harness.receives(
        CropHarvested(field="north", amount=1),
        CropSpoiled(field="north"),
        CropHarvested(field="south", amount=5),
        CropHarvested(field="north", amount=2),
    )
    assert await notes(harness, "north") == ["harvested 1", "spoiled", "harvested 2"]
    assert [event.meta.sequence for event in await harness.published(JarFilled) if event.field == "north"] == [1, 2]


async def test_a_type_nobody_handles_is_acknowledged(harness: Harness) -> None:
    await harness.receives(CropPraised(field="north"))
    assert await harness.dead_letters() == []
    [position] = await harness.rows("SELECT next_offset FROM chassis.consumer_offset WHERE consumer = 'crops'")
    assert position["next_offset"] == 1


async def test_a_poisoned_event_parks_its_key_while_all_else_flows(harness: Harness) -> None:
    await rule(harness, "north", "boom")
    await harness.receives(
        CropHarvested(field="north", amount=1),
        CropHarvested(field="south", amount=2),
        CropSpoiled(field="north"),
        CropHarvested(field="east", amount=3),
        may_fail=True,
    )
    await rule(harness, "north", None)
    await harness.receives(
        CropHarvested(field="north", amount=4), CropHarvested(field="south", amount=5), may_fail=True
    )
    assert await notes(harness, "north") == []
    assert await notes(harness, "south") == ["harvested 2", "harvested 5"]
    assert await notes(harness, "east") == ["harvested 3"]
    letters = await harness.dead_letters()
    assert [(row["state"], row["type"]) for row in letters] == [
        ("failed", "crop.harvested"),
        ("waiting", "crop.spoiled"),
        ("waiting", "crop.harvested"),
    ]
    assert letters[0]["error_class"] == "RuntimeError"
    assert letters[0]["attempts"] == 4
    assert "went boom" in letters[0]["details"]


async def test_what_a_handler_declares_permanent_is_not_tried_again(harness: Harness) -> None:
    await rule(harness, "north", "never")
    await harness.receives(CropSpoiled(field="north"), may_fail=True)
    [letter] = await harness.dead_letters()
    assert (letter["attempts"], letter["error_class"]) == (1, "Permanent")


async def test_a_failing_handler_leaves_nothing_behind(harness: Harness) -> None:
    await rule(harness, "south", "boom")
    await harness.receives(
        CropHarvested(field="north", amount=1), CropHarvested(field="south", amount=2), may_fail=True
    )
    assert await notes(harness) == ["harvested 1"]
    assert [event.field for event in await harness.published(JarFilled)] == ["north"]


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (b"not json", {}, "Invalid JSON"),
        (b'{"type": "crop.spoiled"}', {}, "field: Field required"),
        (b"\xff\xfe", {}, "JSON"),
        (b'{"field": "north"}', {"ce_id": None}, "header ce_id is missing"),
        (b'{"field": "north"}', {"ce_actor": b"\xff\x00"}, "header ce_actor is not UTF-8 text"),
        (b'{"field": "north"}', {"ce_time": b"yesterday"}, "wrong form"),
        (b'{"field": "north"}', {"ce_id": b"x" * 400}, "longer than"),
        (b'{"field": "elsewhere"}', {}, "key is not its field"),
    ],
)
async def test_an_unreadable_event_goes_to_the_desk_with_the_reason(
    harness: Harness, value: bytes, headers: dict[str, bytes | None], reason: str
) -> None:
    good: dict[str, bytes | None] = {
        "ce_id": b"7", "ce_type": b"crop.spoiled", "ce_source": b"farm", "ce_time": b"2026-11-22T03:00:00Z",
        "ce_sequence": b"1", "ce_correlationid": b"north", "ce_actor": b"user:x",
    }  # fmt: skip
    given = [(name, each) for name, each in {**good, **headers}.items() if each is not None]
    await harness.receives_bytes(CropEvent, value, key=b"north", headers=given)
    [letter] = await harness.dead_letters()
    assert reason in letter["error"]
    await harness.receives(CropSpoiled(field="north"), CropSpoiled(field="south"), may_fail=True)
    assert await notes(harness, "north") == []
    assert await notes(harness, "south") == ["spoiled"]


async def test_a_foreign_header_that_is_binary_harms_nothing(harness: Harness) -> None:
    headers = [
        ("ce_id", b"7"), ("ce_type", b"crop.spoiled"), ("ce_source", b"farm"), ("ce_time", b"2026-11-22T03:00:00Z"),
        ("ce_sequence", b"1"), ("ce_correlationid", b"north"), ("ce_actor", b"user:x"), ("theirs", b"\xff\x00\xfe"),
    ]  # fmt: skip
    await harness.receives_bytes(CropEvent, b'{"field": "north"}', key=b"north", headers=headers, may_fail=False)
    assert await notes(harness) == ["spoiled"]


async def test_a_record_without_key_parks_alone(harness: Harness) -> None:
    await harness.receives_bytes(CropEvent, b"junk", key=None)
    await harness.receives_bytes(CropEvent, b"junk", key=b"\xff")
    assert len(await harness.dead_letters()) == 2
    assert await harness.rows("SELECT * FROM chassis.parked_key") == []


async def test_a_consumer_that_says_something_names_the_cause(harness: Harness) -> None:
    async with harness.uow() as uow:
        uow.situation.consumer = "crops"
        with pytest.raises(LookupError, match="without its cause"):
            uow.publish(JarFilled(field="north", amount=1))


def test_a_consumer_refuses_types_of_another_topic_and_a_second_handler() -> None:
    made = consumer("x", CropEvent)

    async def handler(event: object, uow: object) -> None: ...

    with pytest.raises(ValueError, match="does not travel on"):
        made.on(PriceChanged)(handler)
    made.on(CropSpoiled)(handler)
    with pytest.raises(ValueError, match="twice"):
        made.on_batch(CropSpoiled)(handler)


async def test_a_transient_fault_of_the_database_is_waited_for(harness: Harness) -> None:
    """A deadlock is made on purpose: the other transaction holds the row and waits for ours."""
    async with harness.runtime.engine.connect() as other, other.begin():
        await other.execute(text("SET LOCAL statement_timeout = '200ms'"))
        await harness.rows("INSERT INTO rule VALUES ('north', '')")
        await other.execute(text("LOCK TABLE note IN ACCESS EXCLUSIVE MODE"))
        import asyncio

        waiting = asyncio.create_task(harness.receives(CropSpoiled(field="north")))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await other.rollback()
        await waiting
    assert await notes(harness) == ["spoiled"]
    assert await harness.dead_letters() == []


async def test_repeats_inside_one_batch_have_one_effect(harness: Harness) -> None:
    from pantry.main import crops

    from chassis.delivery import Delivery
    from chassis.records import Record
    from contracts.headers import to_headers

    [event] = await harness.receives(CropSpoiled(field="north"))
    meta = event.meta
    from dataclasses import replace

    copies = [
        Record(
            topic="farm.crop.v1", partition=0, offset=offset, key=b"north", value=b'{"field": "north"}',
            headers=to_headers(replace(meta, id="again")), timestamp=0,
        )
        for offset in (10, 11)
    ]  # fmt: skip
    await Delivery(harness.runtime, crops, harness.runtime.progress.activity("crops")).deliver(copies)
    assert await notes(harness) == ["spoiled", "spoiled"]


async def test_too_many_keys_failing_alike_stop_the_consumer(harness_for: object) -> None:
    import asyncio

    from pantry.main import service

    from chassis.testing import eventually

    harness: Harness = await harness_for(service, poison_keys=3)  # type: ignore[operator]
    for number in range(6):
        await rule(harness, f"f{number}", "never")
    delivering = asyncio.create_task(
        harness.receives(*(CropSpoiled(field=f"f{number}") for number in range(7)), may_fail=True)
    )

    async def stopped() -> bool:
        return "stopped: more than 3 keys" in harness.runtime.progress.troubles().get("crops", "")

    await eventually(stopped)
    assert len(await harness.dead_letters()) == 3
    await harness.rows("DELETE FROM rule")
    await delivering
    assert len(await harness.dead_letters()) == 3
    assert len(await notes(harness)) == 4
    assert "crops" not in harness.runtime.progress.troubles()
