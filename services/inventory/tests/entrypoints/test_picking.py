"""Waves take orders that are free, and print two lists (INV-08); defects are set aside (INV-09)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from warehouse_floor import NOON, Floor

from contracts.inventory.v1 import PickingStarted, PickingStopped, StockReserved, StockShort

pytestmark = pytest.mark.connected


@pytest.mark.capability("INV-08")
async def test_a_wave_has_one_list_by_sku_and_one_per_order(floor: Floor) -> None:
    await floor.has({"A": 9, "B": 9})
    one, two = floor.order({"A": 2, "B": 1}, note="Gói quà"), floor.order({"A": 3}, minute=1)
    await floor.confirms(one, two)
    wave = await floor.starts(one, two)
    assert wave["code"] == "PK2511220001"
    assert [(line["sku"], line["quantity"], line["orders"]) for line in wave["pick_list"]] == [("A", 5, 2), ("B", 1, 1)]
    assert (wave["units"], wave["parcels"]) == (6, 2)
    (slip,) = [each for each in wave["orders"] if each["order_id"] == str(one.id)]
    assert slip["order_code"] == one.code
    assert [(line["sku"], line["barcode"], line["quantity"]) for line in slip["lines"]] == [
        ("A", "B-A", 2),
        ("B", "B-B", 1),
    ]
    assert (slip["slip"]["note"], slip["slip"]["contact"]["address"]["street"]) == ("Gói quà", "12 Hàng Bạc")
    assert slip["expected_weight_g"] == 3 * 200 + 100
    started = {event.order_id: event for event in await floor.said(PickingStarted)}
    assert str(started[one.id].parcel_id) == slip["id"]
    assert started[two.id].wave_code == wave["code"]
    assert (await floor.staff.get(f"/inventory/waves/{wave['id']}")).json() == wave
    assert [item["code"] for item in (await floor.staff.get("/inventory/waves")).json()["items"]] == [wave["code"]]


@pytest.mark.capability("INV-08")
async def test_a_wave_without_names_takes_the_oldest_free_orders(floor: Floor) -> None:
    await floor.has({"A": 2})
    await floor.gets({"A": 2}, at="CH1")
    orders = [floor.order({"A": 1}, minute=n) for n in (3, 1, 2, 0)]
    await floor.confirms(*orders)
    wave = await floor.starts(limit=3)
    assert {each["order_id"] for each in wave["orders"]} == {str(order.id) for order in orders[1:]}
    there = await floor.starts(location_id="CH1")
    assert [each["order_id"] for each in there["orders"]] == [str(orders[0].id)]
    assert there["code"] == "PK2511220002"
    nothing = await floor.staff.post("/inventory/waves", json={})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-pick")


@pytest.mark.capability("INV-08")
async def test_orders_that_cannot_be_picked_are_named_and_no_wave_is_made(floor: Floor) -> None:
    await floor.has({"A": 3})
    free, picked, cancelling = (floor.order({"A": 1}, minute=n) for n in range(3))
    waits = floor.order({"A": 1}, minute=3)
    await floor.confirms(free, picked, cancelling, waits)
    await floor.starts(picked)
    await floor.hears(cancelling.cancel_requested())
    ids = [str(each.id) for each in (free, picked, cancelling, waits)] + [str(uuid4())]
    refused = await floor.staff.post("/inventory/waves", json={"order_ids": ids})
    assert (refused.status_code, refused.json()["code"]) == (409, "orders-not-free")
    assert [(each["pointer"], each["params"]["state"]) for each in refused.json()["errors"]] == [
        ("#/order_ids/1", "picking"),
        ("#/order_ids/2", "cancelling"),
        ("#/order_ids/3", "waiting_stock"),
        ("#/order_ids/4", "unknown"),
    ]
    assert len(await floor.said(PickingStarted)) == 1
    twice = await floor.staff.post("/inventory/waves", json={"order_ids": [str(free.id)] * 2})
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "order-twice")


@pytest.mark.capability("INV-08", "ORD-12")
async def test_an_order_that_had_to_wait_is_picked_only_when_it_is_released(floor: Floor) -> None:
    await floor.sells("A")
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.gets({"A": 1})
    refused = await floor.staff.post("/inventory/waves", json={"order_ids": [str(order.id)]})
    assert refused.json()["errors"][0]["params"]["state"] == "waiting_release"
    assert (await floor.staff.post("/inventory/waves", json={})).status_code == 409
    await floor.hears(order.released())
    assert (await floor.starts(order))["parcels"] == 1


async def test_a_release_lets_its_own_hold_be_picked_and_no_later_one(floor: Floor) -> None:
    """The hold was taken back and made anew while the order desk answered the first."""
    await floor.has({"A": 1})
    picked, waits = floor.order({"A": 1}), floor.order({"A": 1}, minute=1)
    await floor.confirms(picked, waits)
    await floor.starts(picked)
    floor.harness.now = NOON + timedelta(hours=1)
    await floor.gets({"A": 1})
    parcel = await floor.parcel_of(picked)
    await floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json={"sku": "A", "reason": "rách"})
    assert (await floor.holds())[waits.id] == ("waiting", None)
    floor.harness.now = NOON + timedelta(hours=2)
    await floor.gets({"A": 1})
    first, second = [event for event in await floor.said(StockReserved) if event.order_id == waits.id]
    await floor.hears(waits.released(first.meta.occurred_at))
    refused = await floor.staff.post("/inventory/waves", json={"order_ids": [str(waits.id)]})
    assert refused.json()["errors"][0]["params"]["state"] == "waiting_release"
    await floor.hears(waits.released(second.meta.occurred_at))
    assert (await floor.starts(waits))["parcels"] == 1


@pytest.mark.capability("INV-08")
async def test_a_cancel_request_takes_the_parcel_off_the_floor_and_keeps_the_hold(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.starts(order)
    await floor.hears(order.cancel_requested())
    (stopped,) = await floor.said(PickingStopped)
    assert (stopped.order_id, stopped.reason) == (order.id, "order_cancelled")
    assert (await floor.parcel_of(order))["state"] == "stopped"
    assert await floor.level("A") == (1, 1, 0)
    packed = await floor.packs(order)
    assert (packed.status_code, packed.json()["params"]) == (409, {"state": "stopped", "possible": []})
    await floor.hears(order.cancelled())
    assert await floor.level("A") == (1, 0, 0)
    assert len(await floor.said(PickingStopped)) == 1


@pytest.mark.capability("INV-09")
async def test_a_defective_item_is_set_aside_and_replaced(floor: Floor) -> None:
    await floor.has({"A": 3})
    order = floor.order({"A": 2})
    await floor.confirms(order)
    await floor.starts(order)
    parcel = await floor.parcel_of(order)
    body = {"sku": "A", "quantity": 1, "reason": "rách chỉ"}
    answer = await floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json=body)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "replaced")
    assert answer.json()["parcel"]["state"] == "picking"
    assert await floor.level("A") == (2, 2, 1)
    assert await floor.worth("A") == (3, 150_000)
    await floor.adds_up()
    assert (await floor.packs(order)).status_code == 200


@pytest.mark.capability("INV-09")
async def test_without_a_replacement_the_order_goes_back_and_waits(floor: Floor) -> None:
    await floor.has({"A": 2})
    order = floor.order({"A": 2})
    await floor.confirms(order)
    await floor.starts(order)
    parcel = await floor.parcel_of(order)
    body = {"sku": "A", "quantity": 1, "reason": "ố màu"}
    answer = await floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json=body)
    assert (answer.json()["outcome"], answer.json()["parcel"]["state"]) == ("waiting", "stopped")
    (stopped,) = await floor.said(PickingStopped)
    assert stopped.reason == "defect_without_replacement"
    (short,) = await floor.said(StockShort)
    assert (short.taken_back, short.missing[0].wanted, short.missing[0].available) == (True, 2, 1)
    assert await floor.level("A") == (1, 0, 1)
    await floor.gets({"A": 1})
    await floor.hears(order.released())
    assert (await floor.starts(order))["parcels"] == 1
    await floor.adds_up()


@pytest.mark.capability("INV-09")
async def test_without_a_replacement_here_stock_is_checked_at_the_other_locations(floor: Floor) -> None:
    await floor.has({"A": 1})
    await floor.gets({"A": 1}, at="CH1")
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.starts(order)
    parcel = await floor.parcel_of(order)
    body = {"sku": "A", "reason": "gãy"}
    answer = await floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json=body)
    assert answer.json()["outcome"] == "reserved_elsewhere"
    assert await floor.holds() == {order.id: ("held", "CH1")}
    last = (await floor.said(StockReserved))[-1]
    assert (last.location_id, last.waiting_since) == ("CH1", None)
    assert (await floor.starts(order))["orders"][0]["location_id"] == "CH1"
    await floor.adds_up()


@pytest.mark.capability("INV-09", "INV-05")
async def test_an_older_order_gets_its_replacement_from_the_youngest(floor: Floor) -> None:
    await floor.has({"A": 3})
    old, middle, young = (floor.order({"A": 1}, minute=n) for n in range(3))
    await floor.confirms(old, middle, young)
    await floor.starts(old, young)
    parcel = await floor.parcel_of(old)
    answer = await floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json={"sku": "A", "reason": "vỡ"})
    assert answer.json()["outcome"] == "replaced"
    (short,) = await floor.said(StockShort)
    assert (short.order_id, short.taken_back) == (young.id, True)
    (stopped,) = await floor.said(PickingStopped)
    assert (stopped.order_id, stopped.reason) == (young.id, "stock_taken_back")
    assert (await floor.holds())[middle.id] == ("held", "KHO")
    await floor.adds_up()


async def test_what_a_parcel_does_not_hold_cannot_be_defective_in_it(floor: Floor) -> None:
    await floor.has({"A": 5})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    (parcel_id,) = await floor.ships(order)
    sent = await floor.staff.post(f"/inventory/parcels/{parcel_id}/defects", json={"sku": "A", "reason": "x"})
    assert (sent.status_code, sent.json()["code"]) == (409, "parcel-not-open")
    other = floor.order({"A": 1})
    await floor.confirms(other)
    await floor.starts(other)
    parcel = await floor.parcel_of(other)
    body = {"sku": "A", "quantity": 2, "reason": "x"}
    refused = await floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-in-parcel")
    assert (await floor.staff.post(f"/inventory/parcels/{uuid4()}/defects", json=body)).status_code == 404
    assert await floor.level("A") == (4, 1, 0)


@pytest.mark.capability("ORD-09")
async def test_a_changed_address_and_note_are_on_the_slip(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    order.street, order.note = "14 Hàng Bạc", "Gọi trước khi giao"
    await floor.hears(order.changed("contact", "note"))
    (slip,) = (await floor.starts(order))["orders"]
    assert (slip["slip"]["contact"]["address"]["street"], slip["slip"]["note"]) == ("14 Hàng Bạc", "Gọi trước khi giao")


async def test_wave_codes_begin_anew_each_day_of_the_shop(floor: Floor) -> None:
    await floor.has({"A": 3})
    orders = [floor.order({"A": 1}, minute=n) for n in range(3)]
    await floor.confirms(*orders)
    codes = []
    for order, moment in zip(orders, (NOON, NOON, NOON + timedelta(hours=12)), strict=True):
        floor.harness.now = moment
        codes.append((await floor.starts(order))["code"])
    assert codes == ["PK2511220001", "PK2511220002", "PK2511230001"]
    assert (await floor.staff.get(f"/inventory/waves/{uuid4()}")).json()["code"] == "wave-not-found"
