"""The partners' doors: every letter is answered, accepted or refused with every reason."""

import json
from typing import Any
from uuid import uuid4

import pytest

from contracts.event import Event
from contracts.money import Money
from contracts.orders.v1 import IntakeLine, IntakeOrder, IntakeResult, OrderPlaced
from contracts.party import Address, Contact
from orders.application import thresholds
from orders.domain.agreement import Wishes
from orders.entrypoints.handed_in import HandedIn

pytestmark = pytest.mark.connected


def intake(external_id: str = "S-1", **changes: Any) -> IntakeOrder:
    fields: dict[str, Any] = {
        "external_id": external_id,
        "contact": Contact(
            name="Lan",
            phone="+84901234567",
            address=Address(street="12 Hàng Bạc", ward="Hoàn Kiếm", province="Hà Nội"),
        ),
        "lines": (IntakeLine(sku="AO-L", quantity=2),),
        "freight": Money(amount=30_000),
    }
    return IntakeOrder(**(fields | changes))


async def answers(shop: Any, partner: str = "shop-a") -> list[IntakeResult]:
    rows = await shop.harness.rows(
        "SELECT * FROM chassis.outbox WHERE topic = :topic ORDER BY seq", topic=f"orders.intake-result.v1.{partner}"
    )
    return [IntakeResult.model_validate_json(row["payload"]) for row in rows]


async def hands_in(shop: Any, body: dict[str, Any], *, partner: str = "shop-a", id: str | None = None) -> IntakeResult:
    """Deliver a body that a partner wrote by hand; what he is answered."""
    await shop.harness.receives_bytes(
        IntakeOrder,
        json.dumps(body).encode(),
        key=str(body.get("external_id", "?")).encode(),
        headers=[("ce_id", (id or str(uuid4())).encode()), ("ce_type", b"order.intake")],
        partner=partner,
        may_fail=False,
    )
    return (await answers(shop, partner))[-1]


@pytest.mark.capability("ORD-01")
async def test_a_partners_order_is_taken_in_and_answered(shop: Any) -> None:
    await shop.harness.receives(intake(), partner="shop-a", id="letter-1")
    [answer] = await answers(shop)
    order = await shop.sees({"id": str(answer.order_id)})
    assert (answer.accepted, answer.code, answer.external_id) == (True, order["code"], "S-1")
    assert (order["source"], order["channel"], order["external_id"], order["owner_id"]) == (
        "shop-a",
        "partner",
        "S-1",
        None,
    )
    [placed] = await shop.harness.published(OrderPlaced)
    assert str(placed.meta.actor) == "key:shop-a"
    [row] = await shop.harness.rows("SELECT id, aggregateid FROM chassis.outbox WHERE topic LIKE '%result%'")
    assert (row["id"], row["aggregateid"]) == ("letter-1", "S-1")


@pytest.mark.capability("ORD-01")
async def test_the_same_order_at_two_doors_is_one_order_and_both_get_it(shop: Any) -> None:
    over_http = await shop.places(source="shop-a", external_id="S-1")
    await shop.harness.receives(intake(), partner="shop-a")
    await shop.harness.receives(intake(), partner="shop-a")
    first, second = await answers(shop)
    assert str(first.order_id) == str(second.order_id) == over_http["id"]
    assert first.code == over_http["code"]
    assert len(await shop.harness.published(OrderPlaced)) == 1


async def test_the_same_letter_twice_is_answered_once(shop: Any) -> None:
    await shop.harness.receives(intake(), partner="shop-a", id="letter-1")
    await shop.harness.receives(intake(), partner="shop-a", id="letter-1")
    assert len(await answers(shop)) == 1


async def test_two_partners_may_use_the_same_number(shop: Any) -> None:
    await shop.harness.receives(intake(), partner="shop-a")
    await shop.harness.receives(intake(), partner="shop-b")
    assert (await answers(shop, "shop-a"))[0].order_id != (await answers(shop, "shop-b"))[0].order_id


@pytest.mark.capability("ORD-02")
async def test_every_reason_is_told_at_the_door_too(shop: Any) -> None:
    answer = await hands_in(
        shop,
        {
            "external_id": "S-2",
            "contact": {"name": "Lan", "address": {"street": "", "ward": "Hoàn Kiếm", "province": "Hà Nội"}},
            "lines": [{"sku": "KHONG-CO", "quantity": 1}, {"sku": "AO-L", "quantity": 0}],
        },
    )
    assert (answer.accepted, answer.external_id, answer.order_id) == (False, "S-2", None)
    assert {(reason.code, reason.pointer) for reason in answer.reasons} == {
        ("phone-missing", "/contact/phone"),
        ("street-missing", "/contact/address/street"),
        ("sku-unknown", "/lines/0/sku"),
        ("quantity-invalid", "/lines/1/quantity"),
    }
    assert await shop.harness.published(OrderPlaced) == []
    assert await shop.harness.dead_letters() == []


async def test_a_refusal_is_a_sentence_in_the_language_of_the_door(shop: Any) -> None:
    shop.harness.settings[thresholds.door_language] = "en"
    answer = await hands_in(shop, intake(lines=(IntakeLine(sku="KHONG-CO", quantity=1),)).model_dump(mode="json"))
    assert [reason.detail for reason in answer.reasons] == ["There is no product KHONG-CO. Check the code."]
    assert answer.reasons[0].params == {"sku": "KHONG-CO"}


async def test_a_body_that_claims_another_source_is_refused(shop: Any) -> None:
    answer = await hands_in(shop, intake(source="shopee").model_dump(mode="json"))
    assert [reason.code for reason in answer.reasons] == ["source-not-yours"]
    own = await hands_in(shop, intake(source="shop-a").model_dump(mode="json"))
    assert own.accepted


@pytest.mark.parametrize(
    "body",
    [
        {"external_id": "S-3", "lines": "AO-L"},
        {"external_id": "S-3", "payment": "barter"},
        {"lines": []},
        {"external_id": "S-3", "note": "a\u0000b"},
        {"external_id": "S-3", "lines": [{"sku": "AO-L", "quantity": 1}] * 501},
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(shop: Any, body: dict[str, Any]) -> None:
    answer = await hands_in(shop, body)
    assert not answer.accepted
    assert answer.reasons
    assert all(reason.detail and reason.detail != reason.code for reason in answer.reasons)
    assert await shop.harness.dead_letters() == []


async def test_a_letter_of_another_type_or_without_id_is_answered(shop: Any) -> None:
    await shop.harness.receives_bytes(
        IntakeOrder, b"{}", key=b"S-4", headers=[("ce_type", b"order.wish")], partner="shop-a", may_fail=False
    )
    [answer] = await answers(shop)
    assert {reason.code for reason in answer.reasons} == {"header-missing", "unknown-type"}


async def test_bytes_that_cannot_be_read_lie_alone_on_the_desk(shop: Any) -> None:
    headers = [("ce_id", b"x"), ("ce_type", b"order.intake")]
    await shop.harness.receives_bytes(IntakeOrder, b"\xff\x00", key=b"S-5", headers=headers, partner="shop-a")
    assert len(await shop.harness.dead_letters()) == 1
    await shop.harness.receives(intake("S-5"), partner="shop-a")
    assert (await answers(shop))[0].accepted


async def test_a_batch_of_letters_is_taken_in_whole(shop: Any) -> None:
    letters: list[Event] = [intake(f"S-{n}") for n in range(20)]
    await shop.harness.receives(*letters, partner="shop-a")
    given = await answers(shop)
    assert all(answer.accepted for answer in given)
    assert len({answer.code for answer in given}) == 20


@pytest.mark.capability("ORD-06")
async def test_a_duplicate_over_two_doors_is_flagged(shop: Any) -> None:
    first = await shop.places()
    await shop.harness.receives(intake(), partner="shop-a")
    [answer] = await answers(shop)
    assert (await shop.sees({"id": str(answer.order_id)}))["duplicate_of"] == [first["code"]]


def test_whatever_the_contract_allows_the_door_can_read() -> None:
    assert set(IntakeOrder.model_fields) == set(HandedIn.model_fields)
    full = intake(
        source="shop-a",
        channel="shopee",
        discount=Money(amount=1_000),
        device="mobile",
        carrier_choice="ghn",
        note="ghi chú",
        placed_at="2025-11-22T11:00:00+07:00",
        lines=(IntakeLine(sku="AO-L", quantity=2, unit_price=Money(amount=1), discount=Money(amount=0)),),
    )
    read = HandedIn.model_validate_json(full.model_dump_json())
    assert read.model_dump() == HandedIn.model_validate(full.model_dump()).model_dump()
    command = read.to_command(channel=read.channel, source="shop-a")
    assert (command.discount, command.wishes, command.lines[0].unit_price) == (
        Money(amount=1_000),
        Wishes(carrier_choice="ghn", note="ghi chú"),
        Money(amount=1),
    )
