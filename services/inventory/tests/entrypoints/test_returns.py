"""What comes back is inspected (INV-13): at the value it left with, and on to who waits."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from warehouse_floor import Floor, Order

from contracts.inventory.v1 import Grade, MoveKind, ReturnInspected, StockMoved, StockReserved

pytestmark = pytest.mark.connected


async def back(floor: Floor, order: Order) -> dict[str, Any]:
    """Ships the order and brings it back; the return to inspect."""
    await floor.confirms(order)
    (parcel,) = await floor.ships(order)
    await floor.hears(order.returned(parcel))
    (found,) = (await floor.staff.get("/inventory/returns", params={"order_id": str(order.id)})).json()["items"]
    assert found["state"] == "to_inspect"
    return dict(found)


def grades(order: Order, *findings: tuple[str, str, int]) -> dict[str, Any]:
    return {"lines": [{"line_id": str(order.line(sku)), "grade": grade, "quantity": n} for sku, grade, n in findings]}


@pytest.mark.capability("INV-13")
async def test_sellable_goods_are_restocked_at_the_value_they_left_with(floor: Floor) -> None:
    await floor.has({"A": 3}, cost=100)
    order = floor.order({"A": 2})
    returned = await back(floor, order)
    await floor.gets({"A": 5}, cost=900)
    answer = await floor.staff.post(
        f"/inventory/returns/{returned['id']}/inspect", json=grades(order, ("A", "sellable", 2))
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "inspected")
    assert [(each["grade"], each["quantity"], each["value"]["amount"]) for each in answer.json()["findings"]] == [
        ("sellable", 2, 200)
    ]
    move = (await floor.said(StockMoved))[-1]
    assert (move.kind, move.quantity, move.value.amount, move.order_id) == (MoveKind.RETURN, 2, 200, order.id)
    assert (await floor.level("A"), await floor.worth("A")) == ((8, 0, 0), (8, 4_800))
    (said,) = await floor.said(ReturnInspected)
    assert (said.complete, str(said.return_id), said.shipment_id) == (True, returned["id"], order.shipment_id)
    assert [(line.line_id, line.grade, line.quantity) for line in said.lines] == [(order.line("A"), Grade.SELLABLE, 2)]
    await floor.adds_up()


@pytest.mark.capability("INV-13")
async def test_each_grade_goes_its_own_way(floor: Floor) -> None:
    await floor.has({"A": 4, "B": 1}, cost=100)
    order = floor.order({"A": 4, "B": 1})
    returned = await back(floor, order)
    findings = grades(
        order, ("A", "sellable", 1), ("A", "defective", 1), ("A", "wrong", 1), ("A", "missing", 1), ("B", "missing", 1)
    )
    await floor.staff.post(f"/inventory/returns/{returned['id']}/inspect", json=findings | {"note": "thiếu 2"})
    assert (await floor.level("A"), await floor.level("B")) == ((1, 0, 1), (0, 0, 0))
    assert (await floor.worth("A"), await floor.worth("B")) == ((2, 200), (0, 0))
    (said,) = await floor.said(ReturnInspected)
    assert not said.complete
    assert {(line.sku, line.grade): line.quantity for line in said.lines} == {
        ("A", Grade.SELLABLE): 1,
        ("A", Grade.DEFECTIVE): 1,
        ("A", Grade.WRONG): 1,
        ("A", Grade.MISSING): 1,
        ("B", Grade.MISSING): 1,
    }
    await floor.adds_up()


@pytest.mark.capability("INV-13", "INV-05")
async def test_sellable_goods_serve_the_queue_at_once(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    returned = await back(floor, order)
    waits = floor.order({"A": 1}, minute=1)
    await floor.confirms(waits)
    await floor.staff.post(f"/inventory/returns/{returned['id']}/inspect", json=grades(order, ("A", "sellable", 1)))
    assert (await floor.said(StockReserved))[-1].order_id == waits.id
    assert await floor.level("A") == (1, 1, 0)
    await floor.adds_up()


@pytest.mark.capability("INV-13")
async def test_grades_that_do_not_match_the_shipment_are_refused_and_nothing_is_booked(floor: Floor) -> None:
    await floor.has({"A": 2})
    order = floor.order({"A": 2})
    returned = await back(floor, order)
    address = f"/inventory/returns/{returned['id']}/inspect"
    short = await floor.staff.post(address, json=grades(order, ("A", "sellable", 1)))
    assert (short.status_code, [each["code"] for each in short.json()["errors"]]) == (422, ["line-not-graded"])
    strange = {"lines": [{"line_id": str(uuid4()), "grade": "sellable", "quantity": 1}]}
    codes = [each["code"] for each in (await floor.staff.post(address, json=strange)).json()["errors"]]
    assert codes == ["line-not-shipped", "line-not-graded"]
    nowhere = grades(order, ("A", "sellable", 2)) | {"location_id": "MARS"}
    assert (await floor.staff.post(address, json=nowhere)).json()["errors"][0]["code"] == "unknown-location"
    assert (await floor.staff.post(address, json=grades(order, ("A", "lovely", 2)))).status_code == 422
    assert await floor.level("A") == (0, 0, 0)
    assert await floor.said(ReturnInspected) == []


@pytest.mark.capability("INV-13")
async def test_a_return_is_inspected_once(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    returned = await back(floor, order)
    address, findings = f"/inventory/returns/{returned['id']}/inspect", grades(order, ("A", "sellable", 1))
    await floor.staff.post(address, json=findings)
    again = await floor.staff.post(address, json=findings)
    assert (again.status_code, again.json()["code"]) == (409, "already-inspected")
    assert await floor.level("A") == (1, 0, 0)
    assert (await floor.staff.post(f"/inventory/returns/{uuid4()}/inspect", json=findings)).status_code == 404


@pytest.mark.capability("INV-13")
async def test_a_shipment_that_is_told_to_be_back_twice_is_one_return(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    returned = await back(floor, order)
    await floor.hears(order.returned(UUID(returned["parcel_id"])))
    assert len((await floor.staff.get("/inventory/returns")).json()["items"]) == 1


async def test_goods_may_be_put_elsewhere_than_they_left_from(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    returned = await back(floor, order)
    body = grades(order, ("A", "sellable", 1)) | {"location_id": "CH1"}
    answer = await floor.staff.post(f"/inventory/returns/{returned['id']}/inspect", json=body)
    assert answer.json()["location_id"] == "CH1"
    assert (await floor.level("A"), await floor.level("A", "CH1")) == ((0, 0, 0), (1, 0, 0))


async def test_a_store_manager_inspects_only_what_comes_back_to_the_own_store(floor: Floor) -> None:
    await floor.has({"A": 1, "B": 0})
    await floor.gets({"B": 1}, at="CH1")
    ours, theirs = floor.order({"B": 1}), floor.order({"A": 1})
    mine, other = await back(floor, ours), await back(floor, theirs)
    own = ("return-goods:read:own", "return-goods:write:own")
    manager = floor.harness.client(permissions=own, stores=("CH1",))
    assert [item["id"] for item in (await manager.get("/inventory/returns")).json()["items"]] == [mine["id"]]
    assert (await manager.get(f"/inventory/returns/{other['id']}")).status_code == 404
    refused = await manager.post(f"/inventory/returns/{other['id']}/inspect", json=grades(theirs, ("A", "sellable", 1)))
    assert refused.status_code == 404
    away = grades(ours, ("B", "sellable", 1)) | {"location_id": "KHO"}
    assert (await manager.post(f"/inventory/returns/{mine['id']}/inspect", json=away)).status_code == 404
    done = await manager.post(f"/inventory/returns/{mine['id']}/inspect", json=grades(ours, ("B", "sellable", 1)))
    assert done.status_code == 200, done.text


async def test_returns_are_listed_oldest_first_and_found_by_tracking(floor: Floor) -> None:
    await floor.has({"A": 2})
    first, second = floor.order({"A": 1}), floor.order({"A": 1}, minute=1)
    await floor.hears(first.shipment_created(), second.shipment_created())
    ids = [(await back(floor, order))["id"] for order in (first, second)]
    page = (await floor.staff.get("/inventory/returns", params={"limit": 1, "state": "to_inspect"})).json()
    rest = (await floor.staff.get("/inventory/returns", params={"limit": 1, "cursor": page["next"]})).json()
    assert [page["items"][0]["id"], rest["items"][0]["id"]] == ids
    (found,) = (await floor.staff.get("/inventory/returns", params={"tracking": second.tracking})).json()["items"]
    assert (found["id"], found["order_code"]) == (ids[1], second.code)
