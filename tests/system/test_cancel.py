"""Cancelling at every stage has one right outcome, and stock, money and parcel agree on it."""

import pytest
from shop import Shop, eventually

from devkit.caller import Refused

pytestmark = pytest.mark.capability("ORD-14")


async def cancel(shop: Shop, order: dict, who: str = "sales") -> dict:
    answer: dict = await shop.people[who].post(f"/api/orders/{order['id']}/cancel", {"reason": "changed_mind"})
    return answer


async def test_before_confirmation_the_desk_decides_alone(shop: Shop) -> None:
    order = await shop.place({await shop.product(stock=1): 1})
    assert (await cancel(shop, order))["status"] == "cancelled"


async def test_waiting_for_stock_it_leaves_the_queue(shop: Shop) -> None:
    sku = await shop.product()
    order = await shop.place({sku: 1})
    await shop.confirm(order)
    await shop.reaches(order, "waiting_stock")

    await cancel(shop, order)
    await shop.reaches(order, "cancelled")

    await shop.receive({sku: 1})
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (1, 0))


async def test_with_a_shipment_both_hold_and_tracking_number_are_given_up(shop: Shop) -> None:
    sku = await shop.product(stock=1)
    order = await shop.placed_and_shippable({sku: 1})

    await cancel(shop, order)

    await shop.reaches(order, "cancelled")
    await eventually(lambda: shop.stock(sku), lambda level: level["reserved"] == 0)
    await eventually(lambda: shop.shipment(order), lambda now: now["status"] == "cancelled")


async def test_a_packed_order_is_cancelled_by_the_lead_alone(shop: Shop) -> None:
    sku = await shop.product(stock=1)
    order = await shop.placed_and_shippable({sku: 1})
    await shop.packed(order)

    with pytest.raises(Refused) as refused:
        await cancel(shop, order)
    assert refused.value.status == 403
    await cancel(shop, order, "lead")

    await shop.reaches(order, "cancelled")
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (1, 0))


async def test_on_an_open_manifest_it_is_left_out_by_name(shop: Shop) -> None:
    sku = await shop.product(stock=2)
    goes, stays = [await shop.placed_and_shippable({sku: 1}) for _ in range(2)]
    await shop.packed(goes, stays)
    manifest = await shop.manifest(goes, stays)
    await cancel(shop, stays, "lead")
    await shop.reaches(stays, "cancelled")

    signed = await shop.sign(manifest)

    assert [each["order_code"] for each in signed["left_out"]] == [stays["code"]]
    await shop.reaches(goes, "handed_over")
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (1, 0))


async def test_after_the_handover_it_goes_on_and_may_be_recalled(shop: Shop) -> None:
    sku = await shop.product(stock=1)
    order = await shop.placed_and_shippable({sku: 1})
    await shop.handed_over(order)

    with pytest.raises(Refused) as refused:
        await cancel(shop, order, "lead")

    assert refused.value.status == 409
    assert (await shop.order(order))["status"] == "handed_over"
    await eventually(lambda: shop.stock(sku), lambda level: level["on_hand"] == 0)


@pytest.mark.capability("ACC-04")
async def test_what_was_paid_for_a_cancelled_order_goes_back_by_two_people(shop: Shop) -> None:
    sku = await shop.product(stock=1, price=200_000)
    order = await shop.place({sku: 1}, payment="prepaid")
    body = {"order_id": order["id"], "amount": 230_000, "reference": f"FT-{order['code']}"}
    await shop.accountant.post("/api/accounting/payments", body)
    await eventually(lambda: shop.order(order), lambda now: now["paid"]["amount"] == 230_000)
    await shop.confirm(order)
    await shop.shipment(order)
    await cancel(shop, order)

    page = await eventually(
        lambda: shop.accountant.get("/api/accounting/refunds", order_id=order["id"]), lambda page: bool(page["items"])
    )
    (refund,) = page["items"]
    assert refund["amount"] == 230_000
    path = f"/api/accounting/refunds/{refund['id']}"
    with pytest.raises(Refused):
        await shop.accountant.post(f"{path}/pay", {"reference": "HT-1"})
    await shop.lead.post(f"{path}/approve", {})
    paid = await shop.accountant.post(f"{path}/pay", {"reference": f"HT-{order['code']}"})
    assert paid["state"] == "paid"
