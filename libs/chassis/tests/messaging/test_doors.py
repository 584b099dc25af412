"""A door answers whatever can be read, to the partner whose topic it came by, under its own key and id."""

from typing import Any

import pytest
from pantry.events import Gift, GiftAnswer, JarFilled

from chassis.testing import Harness

pytestmark = pytest.mark.connected

GOOD = [("ce_id", b"7"), ("ce_type", b"gift.offered"), ("ce_source", b"whoever"), ("ce_specversion", b"1.0")]


async def answers(harness: Harness) -> list[Any]:
    return list(
        await harness.rows(
            "SELECT id, topic, record_key, convert_from(payload, 'UTF8')::jsonb AS body FROM chassis.outbox "
            "WHERE type = 'gift.answered' ORDER BY seq"
        )
    )


async def test_a_letter_is_answered_on_its_partners_topic_under_its_key_and_id(harness: Harness) -> None:
    await harness.receives_bytes(
        Gift, b'{"name": "plum", "amount": 3}', key=b"my key", headers=GOOD, partner="acme", may_fail=False
    )
    [answer] = await answers(harness)
    assert (answer["topic"], bytes(answer["record_key"]), answer["id"]) == (
        "pantry.gift-result.v1.acme",
        b"my key",
        "7",
    )
    assert answer["body"]["accepted"] is True
    [note] = await harness.rows("SELECT what FROM note")
    assert note["what"] == "gift of acme"


async def test_the_topics_name_is_the_identity(harness: Harness) -> None:
    headers = [*GOOD[:2], ("ce_source", b"somebody-else"), ("ce_actor", b"user:root")]
    await harness.receives_bytes(Gift, b'{"name": "plum", "amount": 3}', key=b"k", headers=headers, partner="acme")
    [filled] = await harness.published(JarFilled)
    assert str(filled.meta.actor) == "key:acme"


@pytest.mark.parametrize(
    ("value", "headers", "codes"),
    [
        (b'{"name": "plum"}', GOOD, ["missing"]),
        (b'{"name": 5, "amount": "x"}', GOOD, ["string-type", "int-parsing"]),
        (b"[]", GOOD, ["model-type"]),
        (b'"text"', GOOD, ["model-type"]),
        (b'{"name": "a\\u0000b", "amount": 1}', GOOD, ["nul-character"]),
        (None, GOOD, ["body-missing"]),
        (b'{"name": "plum", "amount": 3}', [GOOD[0]], ["header-missing", "unknown-type"]),
        (b'{"name": "plum", "amount": 3}', [("ce_id", b"7"), ("ce_type", b"order.intake")], ["unknown-type"]),
        (b'{"name": "plum", "amount": 3}', [GOOD[1]], ["header-missing"]),
        (b'{"name": "plum", "amount": 3}', [("ce_id", b"\xff"), GOOD[1]], ["header-missing"]),
        (b'{"name": "plum", "amount": 3}', [*GOOD, ("ce_time", b"now")], ["datetime-parsing"]),
        (b'{"name": "plum", "amount": 3}', [*GOOD, ("ce_time", b"2026-11-22T03:00:00")], ["timezone-aware"]),
    ],
)
async def test_what_does_not_fit_is_refused_with_every_reason(
    harness: Harness, value: bytes | None, headers: list[tuple[str, bytes]], codes: list[str]
) -> None:
    await harness.receives_bytes(Gift, value, key=b"k", headers=headers, partner="acme", may_fail=False)
    [answer] = await answers(harness)
    assert answer["body"]["accepted"] is False
    assert answer["body"]["reasons"] == codes
    assert bytes(answer["record_key"]) == b"k"


async def test_a_letter_without_key_is_answered_without_key(harness: Harness) -> None:
    await harness.receives_bytes(Gift, b'{"name": "plum", "amount": 3}', headers=GOOD, partner="acme", may_fail=False)
    [answer] = await answers(harness)
    assert answer["record_key"] is None


async def test_a_key_that_is_no_text_comes_back_as_it_was(harness: Harness) -> None:
    await harness.receives_bytes(Gift, b"{}", key=b"\xff\x00", headers=GOOD, partner="acme", may_fail=False)
    [answer] = await answers(harness)
    assert bytes(answer["record_key"]) == b"\xff\x00"


async def test_an_endless_key_comes_back_as_it_was(harness: Harness) -> None:
    for junk in (b"{}", b"junk"):
        await harness.receives_bytes(Gift, junk, key=b"k" * 9_000, headers=GOOD, partner="acme")
    [answer] = await answers(harness)
    assert bytes(answer["record_key"]) == b"k" * 9_000
    assert len(await harness.dead_letters()) == 1


async def test_bytes_that_cannot_be_read_go_to_the_desk_each_alone(harness: Harness) -> None:
    for junk in (b"not json", b"\xff\xfe"):
        await harness.receives_bytes(Gift, junk, key=b"k", headers=GOOD, partner="acme")
    await harness.receives_bytes(Gift, b'{"name": "plum", "amount": 3}', key=b"k", headers=GOOD, partner="acme")
    assert len(await harness.dead_letters()) == 2
    assert await harness.rows("SELECT * FROM chassis.parked_key") == []
    [answer] = await answers(harness)
    assert answer["body"]["accepted"] is True


async def test_the_same_letter_twice_is_answered_once(harness: Harness) -> None:
    for _ in range(2):
        await harness.receives(Gift(name="plum", amount=3), id="9", partner="acme")
    assert len(await answers(harness)) == 1


async def test_two_partners_may_use_the_same_id(harness: Harness) -> None:
    await harness.receives(Gift(name="plum", amount=3), id="9", partner="acme")
    await harness.receives(Gift(name="pear", amount=4), id="9", partner="rival")
    assert [answer["topic"].rpartition(".")[2] for answer in await answers(harness)] == ["acme", "rival"]
    filled = await harness.published(JarFilled)
    assert len({event.meta.id for event in filled}) == 2


async def test_a_fault_of_ours_keeps_the_letter_on_the_desk_and_a_replay_answers_it(harness: Harness) -> None:
    await harness.rows("INSERT INTO rule VALUES ('plum', 'boom')")
    await harness.receives(Gift(name="plum", amount=3), id="9", partner="acme", may_fail=True)
    assert await answers(harness) == []
    await harness.receives(Gift(name="pear", amount=3), id="10", partner="acme")
    await harness.rows("DELETE FROM rule")
    [letter] = await harness.dead_letters()
    client = harness.client(permissions=["dead-letters:write"])
    await client.post(f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "1"})
    await harness.replays()
    assert [answer["id"] for answer in await answers(harness)] == ["10", "9"]


async def mended(harness: Harness) -> None:
    """The one letter on the desk gets the body it should have had, and is replayed."""
    [letter] = await harness.dead_letters()
    client = harness.client(permissions=["dead-letters:write"])
    body = {"payload": {"name": "plum", "amount": 3}, "reason": "the end of it was missing"}
    await client.post(f"/dead-letters/{letter['id']}/edit", json=body, headers={"Idempotency-Key": "1"})
    await client.post(f"/dead-letters/{letter['id']}/replay", headers={"Idempotency-Key": "2"})
    await harness.replays()


async def test_an_unreadable_letter_mended_at_the_desk_is_answered_and_its_repeat_is_not(harness: Harness) -> None:
    await harness.receives_bytes(Gift, b'{"name": ', key=b"k", headers=GOOD, partner="acme")
    await mended(harness)
    await harness.receives_bytes(Gift, b'{"name": "plum", "amount": 3}', key=b"k", headers=GOOD, partner="acme")
    assert [answer["id"] for answer in await answers(harness)] == ["7"]


async def test_an_unreadable_letter_is_no_second_order_if_its_sender_was_quicker_than_the_desk(
    harness: Harness,
) -> None:
    await harness.receives_bytes(Gift, b'{"name": ', key=b"k", headers=GOOD, partner="acme")
    await harness.receives_bytes(Gift, b'{"name": "plum", "amount": 3}', key=b"k", headers=GOOD, partner="acme")
    await mended(harness)
    assert [answer["id"] for answer in await answers(harness)] == ["7"]
    assert [row["state"] for row in await harness.dead_letters()] == ["replayed"]


def test_a_doors_pattern_takes_partners_and_nothing_else() -> None:
    import re

    from chassis import door

    pattern = re.compile(door("x", Gift, result=GiftAnswer).pattern("p."))
    assert pattern.match("p.pantry.gift.v1.acme")
    assert not pattern.match("p.pantry.gift.v1")
    assert not pattern.match("p.pantry.gift.v1.acme.more")
    assert not pattern.match("p.pantry.gift-result.v1.acme")
    assert not pattern.match("pantryxgift.v1.acme")
