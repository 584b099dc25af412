"""The desk: nothing on it is lost, its queues keep their order, and people mend it over HTTP."""

from typing import Any

import pytest
from pantry.events import CropEvent, CropHarvested, CropSpoiled, JarFilled

from chassis.testing import Harness

pytestmark = pytest.mark.connected

RIGHTS = ("dead-letters:read", "dead-letters:write")


async def poisoned(harness: Harness, *fields: str, what: str = "boom") -> None:
    """Each field fails on its first event and has two waiting behind it."""
    for field in fields:
        await harness.rows("INSERT INTO rule VALUES (:key, :what)", key=field, what=what)
        await harness.receives(CropHarvested(field=field, amount=1), may_fail=True)
        await harness.receives(CropSpoiled(field=field), CropHarvested(field=field, amount=2), may_fail=True)


async def mended(harness: Harness) -> None:
    await harness.rows("DELETE FROM rule")


async def notes(harness: Harness, key: str) -> list[str]:
    return [row["what"] for row in await harness.rows("SELECT what FROM note WHERE key = :key ORDER BY id", key=key)]


async def first(harness: Harness, **filters: str) -> Any:
    answer = await harness.client(permissions=RIGHTS).get("/dead-letters", params={"state": "failed", **filters})
    return answer.json()["items"][-1]


async def test_replaying_a_letter_handles_its_whole_queue_in_order(harness: Harness) -> None:
    await poisoned(harness, "north")
    await mended(harness)
    letter = await first(harness)
    answer = await harness.client(permissions=RIGHTS).post(
        f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "1"}
    )
    assert answer.status_code == 202, answer.text
    await harness.replays()
    assert await notes(harness, "north") == ["harvested 1", "spoiled", "harvested 2"]
    assert await harness.rows("SELECT * FROM chassis.parked_key") == []
    assert {row["state"] for row in await harness.dead_letters()} == {"replayed"}
    replay = (await harness.client(permissions=RIGHTS).get(f"/replays/{answer.json()['id']}")).json()
    assert (replay["state"], replay["total"], replay["done"], replay["failed"]) == ("done", 3, 3, 0)
    await harness.receives(CropHarvested(field="north", amount=9))
    assert (await notes(harness, "north"))[-1] == "harvested 9"


async def test_a_letter_that_fails_again_keeps_its_queue_waiting(harness: Harness) -> None:
    await poisoned(harness, "north")
    letter = await first(harness)
    await harness.client(permissions=RIGHTS).post(
        f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "1"}
    )
    await harness.replays()
    assert [row["state"] for row in await harness.dead_letters()] == ["failed", "waiting", "waiting"]
    assert (await harness.dead_letters())[0]["attempts"] == 5
    assert await notes(harness, "north") == []


async def test_the_middle_of_a_queue_may_fail_and_what_came_before_is_done(harness: Harness) -> None:
    await harness.rows("INSERT INTO rule VALUES ('north', 'boom')")
    await harness.receives(CropHarvested(field="north", amount=1), may_fail=True)
    await harness.receives_bytes(CropEvent, b"junk", key=b"north")
    await harness.receives(CropHarvested(field="north", amount=2), may_fail=True)
    await mended(harness)
    letter = await first(harness)
    await harness.client(permissions=RIGHTS).post(
        f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "1"}
    )
    await harness.replays()
    assert [row["state"] for row in await harness.dead_letters()] == ["replayed", "failed", "waiting"]
    assert await notes(harness, "north") == ["harvested 1"]


async def test_a_whole_class_of_errors_is_replayed_with_progress(harness: Harness) -> None:
    await poisoned(harness, "north", "south")
    await poisoned(harness, "east", what="never")
    await mended(harness)
    client = harness.client(permissions=RIGHTS)
    groups = (await client.get("/dead-letters/groups")).json()["items"]
    assert [(each["error_class"], each["failed"], each["waiting"]) for each in groups] == [
        ("Permanent", 1, 2),
        ("RuntimeError", 2, 4),
    ]
    answer = await client.post(
        "/replays", json={"consumer": "crops", "error_class": "RuntimeError"}, headers={"Idempotency-Key": "1"}
    )
    assert answer.status_code == 202, answer.text
    await harness.replays()
    assert len(await notes(harness, "north")) == len(await notes(harness, "south")) == 3
    assert await notes(harness, "east") == []
    assert len(await harness.published(JarFilled)) == 4
    assert (await client.get("/replays")).json()[0]["done"] == 6


async def test_an_edit_keeps_the_id_and_the_original(harness: Harness) -> None:
    headers = [
        ("ce_id", b"7"), ("ce_type", b"crop.harvested"), ("ce_source", b"farm"),
        ("ce_time", b"2026-11-22T03:00:00Z"), ("ce_sequence", b"1"), ("ce_correlationid", b"north"),
        ("ce_actor", b"user:x"),
    ]  # fmt: skip
    await harness.receives_bytes(CropEvent, b'{"field": "north", "amount": "many"}', key=b"north", headers=headers)
    letter = await first(harness)
    client = harness.client(permissions=(*RIGHTS, "dead-letters:personal"))
    answer = await client.post(
        f"/dead-letters/{letter['id']}/edit",
        json={"payload": {"field": "north", "amount": 12}, "reason": "counted again"},
        headers={"Idempotency-Key": "1"},
    )
    assert answer.status_code == 200, answer.text
    detail = answer.json()
    assert detail["event_id"] == "7"
    assert detail["payload"] == {"field": "north", "amount": 12}
    assert detail["original_payload"] == {"field": "north", "amount": "many"}
    refused = await client.post(
        f"/dead-letters/{letter['id']}/edit",
        json={"payload": {}, "headers": {"ce_id": "8"}, "reason": "no"},
        headers={"Idempotency-Key": "2"},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "id-fixed")
    await client.post(f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "3"})
    await harness.replays()
    assert await notes(harness, "north") == ["harvested 12"]
    [filled] = await harness.published(JarFilled)
    assert filled.meta.causation_id == "7"


async def test_an_event_without_headers_can_be_given_them(harness: Harness) -> None:
    await harness.receives_bytes(CropEvent, b'{"field": "north"}', key=b"north", headers=[("ce_type", b"crop.spoiled")])
    letter = await first(harness)
    client = harness.client(permissions=RIGHTS)
    given = {
        "ce_id": "77", "ce_source": "farm", "ce_time": "2026-11-22T03:00:00Z", "ce_sequence": "1",
        "ce_correlationid": "north", "ce_actor": "user:x",
    }  # fmt: skip
    await client.post(
        f"/dead-letters/{letter['id']}/edit",
        json={"payload": {"field": "north"}, "headers": given, "reason": "an old sender"},
        headers={"Idempotency-Key": "1"},
    )
    await client.post(f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "2"})
    await harness.replays()
    assert await notes(harness, "north") == ["spoiled"]


async def test_discarding_lets_the_queue_go_on_without_it(harness: Harness) -> None:
    await poisoned(harness, "north")
    await mended(harness)
    letter = await first(harness)
    client = harness.client(permissions=RIGHTS)
    answer = await client.post(
        f"/dead-letters/{letter['id']}/discard", json={"reason": "a test order"}, headers={"Idempotency-Key": "1"}
    )
    assert (answer.json()["state"], answer.json()["reason"]) == ("discarded", "a test order")
    await harness.replays()
    assert await notes(harness, "north") == ["spoiled", "harvested 2"]
    assert await harness.rows("SELECT * FROM chassis.parked_key") == []
    again = await client.post(
        f"/dead-letters/{letter['id']}/discard", json={"reason": "twice"}, headers={"Idempotency-Key": "2"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "letter-settled")


async def test_what_is_done_at_the_desk_is_audited_with_its_reason(harness: Harness) -> None:
    await poisoned(harness, "north")
    letter = await first(harness)
    await harness.client(permissions=RIGHTS, subject="lan").post(
        f"/dead-letters/{letter['id']}/discard", json={"reason": "a test order"}, headers={"Idempotency-Key": "1"}
    )
    [entry] = await harness.rows("SELECT * FROM chassis.audit")
    assert (entry["action"], entry["object_id"], entry["reason"]) == (
        "discard dead letter", letter["id"], "a test order",
    )  # fmt: skip


async def test_personal_fields_are_masked_without_the_right(harness: Harness) -> None:
    await harness.rows("INSERT INTO rule VALUES ('north', 'boom')")
    await harness.receives(CropHarvested(field="north", amount=1, picker="Nguyễn Thị Lan"), may_fail=True)
    letter = await first(harness)
    masked = (await harness.client(permissions=RIGHTS).get(f"/dead-letters/{letter['id']}")).json()
    assert masked["payload"]["picker"] == "***"
    assert masked["payload"]["amount"] == 1
    assert masked["details"] is None
    shown = harness.client(permissions=(*RIGHTS, "dead-letters:personal"))
    detail = (await shown.get(f"/dead-letters/{letter['id']}")).json()
    assert detail["payload"]["picker"] == "Nguyễn Thị Lan"
    assert "went boom" in detail["details"]


async def test_bytes_that_are_no_text_are_shown_as_base64_to_those_allowed(harness: Harness) -> None:
    await harness.receives_bytes(CropEvent, b"\xff\x00", key=b"north", headers=[("theirs", b"\xfe")])
    letter = await first(harness)
    hidden = (await harness.client(permissions=RIGHTS).get(f"/dead-letters/{letter['id']}")).json()
    assert hidden["payload"] == "***"
    shown = harness.client(permissions=(*RIGHTS, "dead-letters:personal"))
    detail = (await shown.get(f"/dead-letters/{letter['id']}")).json()
    assert detail["payload"] == {"base64": "/wA="}
    assert detail["headers"] == {"theirs": "base64:/g=="}


async def test_the_desk_is_filtered_paged_and_closed_to_strangers(harness: Harness) -> None:
    await poisoned(harness, "north", "south")
    client = harness.client(permissions=["dead-letters:read"])
    page = (await client.get("/dead-letters", params={"limit": 4})).json()
    rest = (await client.get("/dead-letters", params={"limit": 4, "cursor": page["next"]})).json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (4, 2, None)
    only = (await client.get("/dead-letters", params={"key": "south", "consumer": "crops"})).json()
    assert {each["key"] for each in only["items"]} == {"south"}
    letter = page["items"][0]["id"]
    refused = await client.post(f"/dead-letters/{letter}/replay", headers={"Idempotency-Key": "1"})
    assert refused.status_code == 403
    unknown = await client.get("/dead-letters/0199f0c2-0000-7000-8000-000000000000")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "letter-not-found")
    writer = harness.client(permissions=RIGHTS)
    for body in ({"consumer": "crops"}, {"consumer": "crops", "topic": "farm.crop.v1"}):
        answer = await writer.post("/replays", json=body, headers={"Idempotency-Key": "2"})
        assert answer.status_code == 422
    nobody = await writer.post(
        "/replays", json={"consumer": "nobody", "error_class": "X"}, headers={"Idempotency-Key": "3"}
    )
    assert nobody.json()["code"] == "consumer-not-found"
