"""Scenario 7: from the pick list to the signed manifest, with one wrong scan."""

import pytest
from shop import Shop, eventually

from devkit.caller import Refused

pytestmark = [pytest.mark.slow, pytest.mark.capability("INV-08", "INV-10", "SHP-04", "SHP-05")]


async def test_nineteen_of_twenty_are_handed_over_and_the_wrong_one_stays(shop: Shop) -> None:
    sku, other = await shop.product("AO-L", stock=30), await shop.product("AO-M", stock=5)
    orders = [await shop.placed_and_shippable({sku: 1}) for _ in range(20)]

    wave = await shop.wave(*orders)
    assert [(row["sku"], row["quantity"]) for row in wave["pick_list"]] == [(sku, 20)]
    shipments = [await shop.shipment(order) for order in orders]
    waybills = await shop.shipping.post("/api/shipping/waybills", {"shipment_ids": [each["id"] for each in shipments]})
    assert {each["order_code"] for each in waybills["items"]} == {order["code"] for order in orders}

    wrong, *right = wave["orders"]
    with pytest.raises(Refused) as refused:
        scans = [{"sku": other, "quantity": 1}]
        body = {"scans": scans, "weight_g": wrong["expected_weight_g"]}
        await shop.warehouse.post(f"/api/inventory/parcels/{wrong['id']}/pack", body)
    assert refused.value.status in (409, 422)
    assert sku in str(refused.value.problem)
    for parcel in right:
        await shop.pack(parcel)

    packed = [order for order in orders if order["id"] != wrong["order_id"]]
    for order in packed:
        await shop.reaches(order, "awaiting_handover")
    manifest = await eventually(lambda: shop.manifest(*packed), lambda made: made["totals"]["count"] == 19)
    signed = await shop.sign(manifest)

    assert signed["totals"]["count"] == 19
    for order in packed:
        await shop.reaches(order, "handed_over")
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (11, 1))
    (stays,) = [order for order in orders if order["id"] == wrong["order_id"]]
    await shop.reaches(stays, "packing")


async def test_a_manifest_that_is_signed_twice_hands_over_once(shop: Shop) -> None:
    sku = await shop.product(stock=3)
    order = await shop.placed_and_shippable({sku: 1})
    await shop.packed(order)
    manifest = await shop.manifest(order)

    first, second = await shop.sign(manifest), await shop.sign(manifest)

    assert first["signed_at"] == second["signed_at"]
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (2, 0))
