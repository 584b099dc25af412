"""Levels, the ledger, values and alerts over HTTP (INV-04, INV-18)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from warehouse_floor import NOON, Floor

pytestmark = pytest.mark.connected


@pytest.mark.capability("INV-04")
async def test_stock_is_shown_by_location_with_what_is_reserved_and_on_the_road(floor: Floor) -> None:
    await floor.has({"A": 10})
    await floor.gets({"A": 4}, at="CH1")
    gone, back, held = (floor.order({"A": 1}, minute=n) for n in range(3))
    await floor.confirms(gone, back, held)
    _, parcel = await floor.ships(gone, back)
    await floor.hears(back.returning(parcel))
    answer = await floor.staff.get("/inventory/stock", params={"sku": "A"})
    shown = {item["location_id"]: item for item in answer.json()["items"]}
    assert list(shown) == ["CH1", "CH2", "KHO"]
    assert shown["KHO"] == {
        "sku": "A",
        "name": "Hàng A",
        "location_id": "KHO",
        "on_hand": 8,
        "reserved": 1,
        "available": 7,
        "defective": 0,
        "in_transit": 1,
        "incoming": 1,
    }
    assert (shown["CH1"]["on_hand"], shown["CH2"]["on_hand"]) == (4, 0)


@pytest.mark.capability("INV-04")
async def test_goods_are_off_the_road_when_they_are_delivered_lost_or_back(floor: Floor) -> None:
    await floor.has({"A": 3})
    orders = [floor.order({"A": 1}, minute=n) for n in range(3)]
    await floor.confirms(*orders)
    one, two, three = await floor.ships(*orders)
    await floor.hears(orders[0].delivered(one), orders[1].lost(two), orders[2].returned(three))
    (kho,) = (await floor.staff.get("/inventory/stock", params={"sku": "A", "location": "KHO"})).json()["items"]
    assert (kho["in_transit"], kho["incoming"], kho["on_hand"]) == (0, 0, 0)


@pytest.mark.capability("INV-04")
async def test_a_store_manager_sees_only_the_own_store(floor: Floor) -> None:
    await floor.has({"A": 10})
    await floor.gets({"A": 4}, at="CH1")
    manager = floor.harness.client(permissions=("stock:read:own",), stores=("CH1",))
    assert [item["location_id"] for item in (await manager.get("/inventory/stock")).json()["items"]] == ["CH1"]
    assert (await manager.get("/inventory/stock", params={"location": "KHO"})).json()["items"] == []
    assert {item["location_id"] for item in (await manager.get("/inventory/moves")).json()["items"]} == {"CH1"}
    assert (await manager.get("/inventory/values")).status_code == 403
    assert (await manager.get("/inventory/values/total")).status_code == 403


async def test_lists_go_on_after_their_cursor(floor: Floor) -> None:
    await floor.has({"A": 1, "B": 2})
    seen, cursor = [], None
    while True:
        page = (
            await floor.staff.get("/inventory/stock", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [(item["sku"], item["location_id"]) for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [(sku, place) for sku in "AB" for place in ("CH1", "CH2", "KHO")]
    newest = (await floor.staff.get("/inventory/moves", params={"limit": 1})).json()
    older = (await floor.staff.get("/inventory/moves", params={"limit": 1, "cursor": newest["next"]})).json()
    assert [newest["items"][0]["sku"], older["items"][0]["sku"]] == ["B", "A"]
    values = (await floor.staff.get("/inventory/values", params={"limit": 1})).json()
    assert (values["items"][0]["sku"], values["items"][0]["value"]["amount"]) == ("A", 50_000)


async def test_the_ledger_is_searched_by_what_a_move_belongs_to(floor: Floor) -> None:
    await floor.has({"A": 5})
    order = floor.order({"A": 2})
    await floor.confirms(order)
    await floor.ships(order)

    async def moves(**asked: str) -> list[tuple[str, int, int]]:
        answer = await floor.staff.get("/inventory/moves", params=asked)
        assert answer.status_code == 200, answer.text
        return [(item["kind"], item["quantity"], item["value"]["amount"]) for item in answer.json()["items"]]

    issue, receipt = ("issue", -2, -100_000), ("receipt", 5, 250_000)
    assert await moves() == [issue, receipt]
    assert await moves(order_id=str(order.id)) == [issue]
    assert await moves(kind="receipt") == [receipt]
    assert await moves(document="PN1") == [receipt]
    assert await moves(location="CH1") == []
    assert await moves(**{"from": (NOON + timedelta(seconds=1)).isoformat()}) == []
    assert await moves(to=(NOON + timedelta(seconds=1)).isoformat()) == [issue, receipt]


@pytest.mark.capability("INV-04")
async def test_the_ledger_is_only_added_to(floor: Floor) -> None:
    await floor.has({"A": 5})
    for statement in ("UPDATE stock_moves SET value = 0", "DELETE FROM stock_moves", "TRUNCATE stock_moves"):
        with pytest.raises(IntegrityError, match="only added to"):
            await floor.harness.rows(statement)


@pytest.mark.capability("INV-05")
async def test_the_database_itself_refuses_to_promise_more_than_there_is(floor: Floor) -> None:
    await floor.has({"A": 5})
    with pytest.raises(IntegrityError, match="nothing_oversold"):
        await floor.harness.rows("UPDATE stock_levels SET reserved = 6 WHERE sku = 'A'")


@pytest.mark.capability("INV-18")
async def test_alerts_are_listed_newest_first(floor: Floor) -> None:
    await floor.has({"A": 7})
    await floor.confirms(floor.order({"A": 2}), floor.order({"A": 5}))
    alerts = (await floor.staff.get("/inventory/alerts", params={"sku": "A"})).json()["items"]
    assert [(item["kind"], item["available"]) for item in alerts] == [("depleted", 0), ("low", 0), ("arrived", 7)]
    (low,) = (await floor.staff.get("/inventory/alerts", params={"kind": "low"})).json()["items"]
    assert (low["sku"], low["location_id"]) == ("A", "KHO")
    store = floor.harness.client(permissions=("stock:read:own",), stores=("CH1",))
    assert (await store.get("/inventory/alerts")).json()["items"] == []


async def test_locations_are_listed_in_the_order_in_which_they_serve(floor: Floor) -> None:
    chief = floor.harness.client(permissions=("stock:read", "settings:write"))
    listed = (await chief.get("/inventory/locations")).json()
    assert [(item["id"], item["kind"]) for item in listed] == [("KHO", "warehouse"), ("CH1", "store"), ("CH2", "store")]
    new = {"id": "CH3", "name": "Cửa hàng 3", "kind": "store", "place": 2}
    assert (await chief.post("/inventory/locations", json=new)).status_code == 201
    assert (await chief.post("/inventory/locations", json=new)).json()["code"] == "location-taken"
    moved = await chief.patch("/inventory/locations/CH1", json={"place": 9}, headers={"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["place"], moved.json()["version"]) == (200, 9, 2)
    assert (
        await chief.patch("/inventory/locations/CH1", json={"place": 1}, headers={"If-Match": '"1"'})
    ).status_code == 412
    assert (await chief.patch("/inventory/locations/CH9", json={"place": 1})).status_code == 404
    assert [item["id"] for item in (await chief.get("/inventory/locations")).json()] == ["KHO", "CH3", "CH2", "CH1"]
    assert (await floor.staff.post("/inventory/locations", json=new | {"id": "CH4"})).status_code == 403


async def test_a_location_that_is_moved_ahead_serves_orders_first(floor: Floor) -> None:
    await floor.has({"A": 5})
    await floor.gets({"A": 5}, at="CH2")
    chief = floor.harness.client(permissions=("settings:write",))
    await chief.patch("/inventory/locations/KHO", json={"serves_orders": False})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    assert await floor.holds() == {order.id: ("held", "CH2")}
