"""The desk's commands over HTTP (ORD-04, ORD-09, ORD-14)."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.inventory.v1 import HeldLine, ParcelPacked
from contracts.money import Money
from contracts.orders.v1 import OrderCancelled, OrderCancelRequested, OrderChanged, OrderConfirmed
from contracts.shipping.v1 import ShipmentHandedOver

pytestmark = pytest.mark.connected


@pytest.mark.capability("ORD-04")
async def test_a_call_then_the_confirmation(shop: Any) -> None:
    order = await shop.places()
    refused = await shop.does(order, "confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "call-missing")
    assert refused.json()["params"] == {
        "code": order["code"],
        "state": "new",
        "possible": ["calls", "hold", "edit", "cancel", "delete"],
    }
    missed = await shop.does(order, "calls", outcome="no_answer", note="gọi lại chiều")
    assert (missed.json()["status"], missed.json()["calls"][0]["outcome"]) == ("confirming", "no_answer")
    assert (await shop.does(order, "confirm")).json()["code"] == "call-missing"
    confirmed = await shop.confirms(order)
    assert (confirmed["status"], confirmed["confirmed_at"]) == ("confirmed", "2025-11-22T05:00:00Z")
    [event] = await shop.harness.published(OrderConfirmed)
    assert (str(event.order_id), event.total.amount, event.cod.amount, event.meta.sequence) == (
        order["id"],
        330_000,
        330_000,
        2,
    )


@pytest.mark.capability("ORD-04")
async def test_a_marketplace_order_needs_no_call(shop: Any) -> None:
    order = await shop.places(channel="shopee")
    assert (await shop.does(order, "confirm")).json()["status"] == "confirmed"


async def test_confirming_twice_or_at_once_is_said_once(shop: Any) -> None:
    order = await shop.places(channel="shopee")
    answers = await asyncio.gather(*(shop.does(order, "confirm") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await shop.harness.published(OrderConfirmed)) == 1
    assert {answer.json()["version"] for answer in answers} == {2}


async def test_a_held_order_waits_until_it_is_released(shop: Any) -> None:
    order = await shop.places()
    held = await shop.does(order, "hold", reason="unreachable", until="2025-11-23T09:00:00+07:00", note="máy bận")
    assert (held.json()["status"], held.json()["hold"]["until"]) == ("on_hold", "2025-11-23T02:00:00Z")
    assert held.json()["possible"] == ["calls", "release", "hold", "edit", "cancel", "delete"]
    assert (await shop.does(order, "confirm")).json()["code"] == "cannot-confirm"
    assert (await shop.does(order, "release")).json()["status"] == "confirming"
    again = await shop.does(order, "release")
    assert (again.status_code, again.json()["code"]) == (409, "cannot-release")


@pytest.mark.capability("ORD-14")
async def test_an_unconfirmed_order_is_cancelled_at_once(shop: Any) -> None:
    order = await shop.places()
    answer = await shop.does(order, "cancel", reason="changed_mind", note="mua chỗ khác")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["cancel"] == {"reason": "changed_mind", "note": "mua chỗ khác"}
    [event] = await shop.harness.published(OrderCancelled)
    assert (event.reason, event.was_confirmed) == ("changed_mind", False)
    again = await shop.does(order, "cancel", reason="price")
    assert (again.status_code, again.json()["cancel"]["reason"]) == (200, "changed_mind")
    assert len(await shop.harness.published(OrderCancelled)) == 1


@pytest.mark.capability("ORD-14")
async def test_a_confirmed_order_asks_whether_it_can_be_cancelled(shop: Any) -> None:
    order = await shop.sells()
    answer = await shop.does(order, "cancel", reason="delay")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelling")
    assert [event.reason for event in await shop.harness.published(OrderCancelRequested)] == ["delay"]
    assert await shop.harness.published(OrderCancelled) == []


@pytest.mark.capability("ORD-14")
async def test_a_cancellation_needs_a_reason_from_the_list(shop: Any) -> None:
    order = await shop.places()
    assert (await shop.does(order, "cancel")).status_code == 422
    assert (await shop.does(order, "cancel", reason="no_reason")).status_code == 422


@pytest.mark.capability("ORD-14")
async def test_a_packed_parcel_is_cancelled_by_the_lead(shop: Any) -> None:
    order = await shop.sells()
    await shop.harness.receives(packed(order))
    refused = await shop.does(order, "cancel", reason="delay")
    assert (refused.status_code, refused.json()["code"]) == (403, "cancel-needs-lead")
    allowed = await shop.lead.post(f"/orders/{order['id']}/cancel", json={"reason": "delay"})
    assert (allowed.status_code, allowed.json()["status"]) == (202, "cancelling")


@pytest.mark.capability("ORD-14")
async def test_what_the_carrier_has_is_not_cancelled(shop: Any) -> None:
    order = await shop.sells()
    await shop.harness.receives(handed_over(shop, order))
    refused = await shop.lead.post(f"/orders/{order['id']}/cancel", json={"reason": "delay"})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-cancel")
    assert refused.json()["params"]["state"] == "handed_over"


@pytest.mark.capability("ORD-09")
async def test_a_new_address_is_told_at_once(shop: Any) -> None:
    order = await shop.sells()
    answer = await shop.sal.patch(
        f"/orders/{order['id']}",
        json={"contact": {"address": {"street": "14 Hàng Bạc"}}, "note": "Gọi trước khi giao"},
        headers={"If-Match": f'"{order["version"]}"'},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == f'"{order["version"] + 1}"'
    [event] = await shop.harness.published(OrderChanged)
    assert (set(event.changed), event.confirmed) == ({"contact", "note"}, True)
    assert (event.contact.address.street, event.contact.address.ward) == ("14 Hàng Bạc", "Hoàn Kiếm")
    assert event.note == "Gọi trước khi giao"


@pytest.mark.capability("ORD-09")
async def test_nothing_changes_once_the_carrier_has_it(shop: Any) -> None:
    order = await shop.sells()
    await shop.harness.receives(handed_over(shop, order))
    refused = await shop.sal.patch(f"/orders/{order['id']}", json={"note": "muộn rồi"})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-edit")


@pytest.mark.capability("ORD-09", "ORD-34")
async def test_goods_change_before_confirmation_only(shop: Any) -> None:
    order = await shop.places()
    kept = {"line_id": order["lines"][0]["line_id"], "quantity": 3}
    edited = await shop.sal.patch(
        f"/orders/{order['id']}", json={"lines": [kept, {"sku": "MU-01", "quantity": 1}], "discount": 10_000}
    )
    assert edited.status_code == 200, edited.text
    lines = edited.json()["lines"]
    assert [(line["sku"], line["quantity"], line["staff_added"]) for line in lines] == [
        ("AO-L", 3, False),
        ("MU-01", 1, True),
    ]
    assert lines[0]["line_id"] == kept["line_id"]
    assert edited.json()["total"]["amount"] == 3 * 150_000 + 50_000 - 10_000 + 30_000
    assert (await shop.harness.published(OrderChanged))[0].confirmed is False
    await shop.confirms(order)
    refused = await shop.sal.patch(f"/orders/{order['id']}", json={"freight": 0})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-edit-terms")
    assert refused.json()["params"]["fields"] == ["freight"]


async def test_a_line_keeps_its_price_unless_a_new_one_is_named(shop: Any) -> None:
    order = await shop.places(lines=[{"sku": "AO-L", "quantity": 1, "unit_price": 120_000, "discount": 20_000}])
    [line] = order["lines"]
    same = await shop.sal.patch(f"/orders/{order['id']}", json={"lines": [{"line_id": line["line_id"], "quantity": 2}]})
    assert (same.json()["lines"][0]["unit_price"]["amount"], same.json()["total"]["amount"]) == (120_000, 250_000)
    free = {"line_id": line["line_id"], "unit_price": 0, "discount": 0}
    given = await shop.sal.patch(f"/orders/{order['id']}", json={"lines": [free]})
    assert given.json()["total"]["amount"] == 30_000


async def test_an_edit_tells_every_reason_against_it(shop: Any) -> None:
    order = await shop.places()
    answer = await shop.sal.patch(
        f"/orders/{order['id']}",
        json={
            "contact": {"name": "", "phone": "1"},
            "lines": [{"sku": "KHONG-CO", "quantity": 1}, {"line_id": str(uuid4()), "sku": "AO-L", "quantity": 1}],
        },
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "edit-refused")
    assert {each["code"] for each in answer.json()["errors"]} == {
        "name-missing",
        "phone-invalid",
        "sku-unknown",
        "line-unknown",
    }
    assert (await shop.sees(order))["version"] == 1


async def test_who_read_an_old_version_does_not_overwrite_a_new_one(shop: Any) -> None:
    order = await shop.places()
    first = await shop.sal.patch(f"/orders/{order['id']}", json={"note": "một"}, headers={"If-Match": '"1"'})
    assert first.json()["version"] == 2
    stale = await shop.sal.patch(f"/orders/{order['id']}", json={"note": "hai"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"], stale.headers["ETag"]) == (412, "stale-version", '"2"')


async def test_two_edits_of_one_version_have_one_winner(shop: Any) -> None:
    order = await shop.places()
    edits = (
        shop.sal.patch(f"/orders/{order['id']}", json={"note": f"{n}"}, headers={"If-Match": '"1"'}) for n in range(6)
    )
    assert sorted(answer.status_code for answer in await asyncio.gather(*edits)) == [200, 412, 412, 412, 412, 412]


async def test_facts_of_others_do_not_disturb_an_edit(shop: Any) -> None:
    order = await shop.sells()
    await shop.harness.receives(packed(order))
    answer = await shop.sal.patch(
        f"/orders/{order['id']}", json={"note": "vẫn kịp"}, headers={"If-Match": f'"{order["version"]}"'}
    )
    assert answer.status_code == 200


async def test_a_note_can_be_emptied_and_an_edit_without_change_says_nothing(shop: Any) -> None:
    order = await shop.places(note="cũ")
    assert (await shop.sal.patch(f"/orders/{order['id']}", json={"note": None})).json()["note"] is None
    same = await shop.sal.patch(f"/orders/{order['id']}", json={"note": None})
    assert same.json()["version"] == 2
    assert len(await shop.harness.published(OrderChanged)) == 1


async def test_an_order_nobody_knows_is_not_found(shop: Any) -> None:
    for ref in (uuid4(), "DH2511229999", "nonsense"):
        answer = await shop.sal.post(f"/orders/{ref}/confirm")
        assert (answer.status_code, answer.json()["code"]) == (404, "order-not-found")


async def test_an_order_is_known_by_its_code_too(shop: Any) -> None:
    order = await shop.places(channel="shopee")
    assert (await shop.sal.post(f"/orders/{order['code'].lower()}/confirm")).json()["id"] == order["id"]


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
async def test_a_refusal_speaks_the_callers_language(shop: Any, language: str) -> None:
    order = await shop.places()
    client = shop.harness.client(permissions=("order-status:write",), language=language)
    detail = (await client.post(f"/orders/{order['id']}/release")).json()["detail"]
    assert order["code"] in detail
    assert {"vi": "Không có gì", "en": "Nothing is holding", "zh": "没有被搁置"}[language] in detail


def packed(order: dict[str, Any]) -> ParcelPacked:
    lines = tuple(
        HeldLine(line_id=UUID(line["line_id"]), sku=line["sku"], quantity=line["quantity"]) for line in order["lines"]
    )
    return ParcelPacked(
        order_id=UUID(order["id"]),
        parcel_id=UUID(int=8),
        location_id="KHO",
        lines=lines,
        weight_g=500,
        expected_weight_g=480,
    )


def handed_over(shop: Any, order: dict[str, Any]) -> ShipmentHandedOver:
    return ShipmentHandedOver(
        **shop.travelling(order),
        manifest_id=UUID(int=9),
        manifest_code="BG1",
        location_id="KHO",
        fee=Money(amount=25_000),
        weight_g=500,
    )
