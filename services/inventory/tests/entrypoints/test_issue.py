"""The carrier has it: goods leave the books as they left the house (INV-07). Facts win over holds."""

from uuid import uuid4

import pytest
from warehouse_floor import Floor

from contracts.inventory.v1 import GoodsIssued, MoveKind, PickingStopped, StockMoved, StockReserved, StockShort

pytestmark = pytest.mark.connected


@pytest.mark.capability("INV-07")
async def test_scenario_7_nineteen_of_twenty_leave_and_the_wrong_scan_stays(floor: Floor) -> None:
    await floor.has({"A": 50, "B": 50})
    orders = [floor.order({"A": 2} if n % 2 else {"A": 1, "B": 1}, minute=n) for n in range(20)]
    await floor.confirms(*orders)
    wave = await floor.starts(*orders)
    assert [(line["sku"], line["quantity"]) for line in wave["pick_list"]] == [("A", 30), ("B", 10)]
    wrong, *right = orders
    assert (await floor.packs(wrong, scans=[{"sku": "A", "quantity": 2}])).status_code == 422
    for order in right:
        assert (await floor.packs(order)).status_code == 200
    await floor.hears(*[order.handed_over((await floor.parcel_of(order))["id"]) for order in right])
    issued = await floor.said(GoodsIssued)
    assert {event.order_id for event in issued} == {order.id for order in right}
    assert all(event.planned for event in issued)
    assert (await floor.parcel_of(wrong))["state"] == "packing"
    assert (await floor.level("A"), await floor.level("B")) == ((21, 1, 0), (41, 1, 0))
    assert await floor.holds() == {wrong.id: ("held", "KHO")}
    await floor.adds_up()


@pytest.mark.capability("INV-07")
async def test_an_issue_is_told_with_its_share_of_the_value_and_the_last_takes_the_rest(floor: Floor) -> None:
    await floor.sells("A")
    lot = {"document": "PN", "supplier": "x", "lines": [{"sku": "A", "quantity": 3, "total_value": 100}]}
    await floor.staff.post("/inventory/receipts", json=lot)
    orders = [floor.order({"A": 1}, minute=n) for n in range(3)]
    await floor.confirms(*orders)
    await floor.ships(*orders)
    moved = [move for move in await floor.said(StockMoved) if move.kind is MoveKind.ISSUE]
    assert [(move.order_id, move.quantity, move.value.amount, move.document) for move in moved] == [
        (order.id, -1, value, "BG2511220001") for order, value in zip(orders, (-33, -34, -33), strict=True)
    ]
    assert await floor.worth("A") == (0, 0)
    await floor.adds_up()


@pytest.mark.capability("INV-07")
async def test_a_handover_that_is_told_twice_issues_once(floor: Floor) -> None:
    await floor.has({"A": 5})
    order = floor.order({"A": 2})
    await floor.confirms(order)
    (parcel,) = await floor.ships(order)
    await floor.hears(order.handed_over(parcel))
    assert (await floor.level("A"), len(await floor.said(GoodsIssued))) == ((3, 0, 0), 1)


@pytest.mark.capability("INV-07")
async def test_goods_without_a_hold_are_issued_as_unplanned_with_an_alert(floor: Floor) -> None:
    await floor.has({"A": 5})
    stranger = floor.order({"A": 2})
    await floor.hears(stranger.handed_over(uuid4()))
    (issued,) = await floor.said(GoodsIssued)
    assert not issued.planned
    assert await floor.level("A") == (3, 0, 0)
    (alert,) = (await floor.staff.get("/inventory/alerts", params={"kind": "unplanned"})).json()["items"]
    assert (alert["sku"], alert["quantity"], alert["order_id"]) == ("A", 2, str(stranger.id))
    await floor.adds_up()


@pytest.mark.capability("INV-07")
async def test_units_that_were_not_on_the_books_are_found_first_with_an_alert(floor: Floor) -> None:
    await floor.has({"A": 1}, cost=40)
    await floor.hears(floor.order({"A": 3}).handed_over(uuid4()))
    moved = await floor.said(StockMoved)
    assert [(move.kind, move.quantity, move.value.amount) for move in moved[1:]] == [
        (MoveKind.FOUND, 2, 80),
        (MoveKind.ISSUE, -3, -120),
    ]
    assert (await floor.level("A"), await floor.worth("A")) == ((0, 0, 0), (0, 0))
    (alert,) = (await floor.staff.get("/inventory/alerts", params={"kind": "found"})).json()["items"]
    assert alert["quantity"] == 2
    await floor.adds_up()


async def test_goods_nobody_ever_bought_leave_at_no_value_and_nothing_is_posted(floor: Floor) -> None:
    await floor.hears(floor.order({"GHOST": 2}).handed_over(uuid4(), location_id="MARS"))
    assert await floor.level("GHOST", "MARS") == (0, 0, 0)
    assert await floor.said(StockMoved) == []
    assert len(await floor.said(GoodsIssued)) == 1
    await floor.adds_up()


@pytest.mark.capability("INV-05", "INV-07")
async def test_an_unplanned_issue_takes_back_the_youngest_holds_until_the_rule_holds(floor: Floor) -> None:
    await floor.has({"A": 6, "B": 5})
    old, middle, young = floor.order({"A": 2}), floor.order({"A": 2}, minute=1), floor.order({"A": 1, "B": 5}, minute=2)
    waits = floor.order({"B": 4}, minute=3)
    await floor.confirms(old, middle, young, waits)
    await floor.starts(young)
    await floor.hears(floor.order({"A": 3}).handed_over(uuid4()))
    short = {event.order_id: event for event in await floor.said(StockShort) if event.taken_back}
    assert set(short) == {young.id, middle.id}
    assert [(each.sku, each.wanted) for each in short[middle.id].missing] == [("A", 2)]
    (stopped,) = await floor.said(PickingStopped)
    assert stopped.order_id == young.id
    assert await floor.level("A") == (3, 2, 0)
    await floor.adds_up()
    while await floor.looks_at_woken_queues():
        await floor.adds_up()
    assert await floor.holds() == {
        old.id: ("held", "KHO"),
        middle.id: ("waiting", None),
        young.id: ("held", "KHO"),
        waits.id: ("waiting", None),
    }


async def test_one_hold_that_is_taken_back_may_settle_two_goods_at_once(floor: Floor) -> None:
    await floor.has({"A": 1, "B": 3})
    loses = floor.order({"A": 1, "B": 3})
    await floor.confirms(loses)

    await floor.hears(floor.order({"A": 1, "B": 1}).handed_over(uuid4()))

    assert [event.order_id for event in await floor.said(StockShort) if event.taken_back] == [loses.id]
    assert await floor.holds() == {loses.id: ("waiting", None)}
    await floor.adds_up()


@pytest.mark.capability("INV-05")
async def test_what_a_lost_hold_had_besides_goes_to_who_waits_for_it(floor: Floor) -> None:
    await floor.has({"A": 1, "B": 4})
    loses, waits = floor.order({"A": 1, "B": 4}), floor.order({"B": 3}, minute=1)
    await floor.confirms(loses, waits)
    await floor.hears(floor.order({"A": 1}).handed_over(uuid4()))
    assert (await floor.holds())[loses.id] == ("waiting", None)
    await floor.looks_at_woken_queues()
    assert (await floor.holds())[waits.id] == ("held", "KHO")
    assert [event.order_id for event in await floor.said(StockReserved)] == [loses.id, waits.id]
    await floor.adds_up()


@pytest.mark.capability("INV-05")
async def test_a_packed_parcel_keeps_its_hold_longest(floor: Floor) -> None:
    await floor.has({"A": 3})
    old, packed = floor.order({"A": 1}), floor.order({"A": 2}, minute=5)
    await floor.confirms(old, packed)
    await floor.starts(packed)
    await floor.packs(packed)
    await floor.hears(floor.order({"A": 1}).handed_over(uuid4()))
    assert await floor.holds() == {old.id: ("waiting", None), packed.id: ("held", "KHO")}
    await floor.adds_up()


async def test_goods_that_left_from_another_place_than_they_were_held_free_what_was_held(floor: Floor) -> None:
    await floor.has({"A": 2})
    await floor.gets({"A": 2}, at="CH1")
    order = floor.order({"A": 2})
    await floor.confirms(order)
    await floor.hears(order.handed_over(uuid4(), location_id="CH1"))
    (issued,) = await floor.said(GoodsIssued)
    assert (issued.planned, issued.location_id) == (False, "CH1")
    assert (await floor.level("A"), await floor.level("A", "CH1")) == ((2, 0, 0), (0, 0, 0))
    assert await floor.holds() == {}
    await floor.adds_up()


async def test_an_order_may_leave_in_two_parcels(floor: Floor) -> None:
    await floor.has({"A": 5, "B": 1})
    order = floor.order({"A": 3, "B": 1})
    await floor.confirms(order)
    await floor.hears(order.handed_over(uuid4(), units={"A": 2}))
    assert (await floor.level("A"), await floor.level("B")) == ((3, 1, 0), (1, 1, 0))
    await floor.adds_up()
    (slip,) = (await floor.starts(order))["orders"]
    assert {line["sku"]: line["quantity"] for line in slip["lines"]} == {"A": 1, "B": 1}
    rest = order.handed_over(slip["id"], units={"A": 1, "B": 1})
    await floor.hears(rest.model_copy(update={"shipment_id": uuid4()}))
    assert [event.planned for event in await floor.said(GoodsIssued)] == [True, True]
    assert await floor.holds() == {}
    await floor.adds_up()


@pytest.mark.capability("INV-07")
async def test_a_waiting_order_whose_goods_left_waits_no_more(floor: Floor) -> None:
    await floor.sells("A")
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.hears(order.handed_over(uuid4()))
    assert await floor.holds() == {}
    await floor.gets({"A": 1})
    assert await floor.said(StockReserved) == []
    await floor.adds_up()
