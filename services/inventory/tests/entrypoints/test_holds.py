"""Confirmed orders are promised their goods or wait (INV-05); what comes free goes to the oldest that fits."""

from datetime import timedelta

import pytest
from warehouse_floor import NOON, Floor

from contracts.inventory.v1 import (
    MissingGoods,
    StockDepleted,
    StockLow,
    StockReleased,
    StockReserved,
    StockShort,
)

pytestmark = pytest.mark.connected


@pytest.mark.capability("INV-05")
async def test_scenario_1_the_second_order_waits_and_reserves_nothing(floor: Floor) -> None:
    await floor.has({"AO-L": 5})
    a, b = floor.order({"AO-L": 3}), floor.order({"AO-L": 3}, minute=1)
    await floor.confirms(a)
    await floor.confirms(b)
    (reserved,) = await floor.said(StockReserved)
    assert (reserved.order_id, reserved.location_id, reserved.waiting_since) == (a.id, "KHO", None)
    assert [(line.line_id, line.quantity) for line in reserved.lines] == [(a.lines[0].line_id, 3)]
    (short,) = await floor.said(StockShort)
    assert (short.order_id, short.taken_back, short.waiting_since) == (b.id, False, NOON)
    assert short.missing == (MissingGoods(sku="AO-L", wanted=3, available=2),)
    assert await floor.level("AO-L") == (5, 3, 0)
    await floor.adds_up()


@pytest.mark.capability("INV-05")
async def test_in_one_batch_the_older_order_is_asked_first(floor: Floor) -> None:
    await floor.has({"A": 5})
    young, old = floor.order({"A": 3}, minute=1), floor.order({"A": 3}, minute=0)
    await floor.confirms(young, old)
    assert await floor.holds() == {old.id: ("held", "KHO"), young.id: ("waiting", None)}


@pytest.mark.capability("INV-05")
async def test_all_lines_come_from_one_location_the_first_that_has_all(floor: Floor) -> None:
    await floor.has({"A": 5, "B": 0})
    await floor.gets({"A": 5, "B": 5}, at="CH1")
    await floor.gets({"B": 9}, at="CH2")
    order = floor.order({"A": 1, "B": 1})
    await floor.confirms(order)
    assert await floor.holds() == {order.id: ("held", "CH1")}
    assert (await floor.level("A", "KHO"), await floor.level("B", "CH2")) == ((5, 0, 0), (9, 0, 0))


@pytest.mark.capability("INV-05")
async def test_two_lines_of_the_same_goods_count_together(floor: Floor) -> None:
    await floor.has({"A": 3})
    both = floor.order([("A", 2), ("A", 2)])
    await floor.confirms(both)
    (short,) = await floor.said(StockShort)
    assert short.missing == (MissingGoods(sku="A", wanted=4, available=3),)
    await floor.gets({"A": 1})
    assert await floor.level("A") == (4, 4, 0)


@pytest.mark.capability("INV-05")
async def test_the_same_confirmation_twice_holds_once(floor: Floor) -> None:
    await floor.has({"A": 5})
    order = floor.order({"A": 2})
    await floor.hears(order.confirmed(), id="e-1")
    await floor.hears(order.confirmed(), id="e-1")
    await floor.hears(order.confirmed(), id="e-2")
    assert await floor.level("A") == (5, 2, 0)
    assert len(await floor.said(StockReserved)) == 1


@pytest.mark.capability("INV-05")
async def test_a_cancelled_order_gives_its_goods_to_the_oldest_that_waits(floor: Floor) -> None:
    await floor.has({"A": 5})
    first, young, old = floor.order({"A": 5}), floor.order({"A": 2}, minute=2), floor.order({"A": 3}, minute=1)
    await floor.confirms(first)
    await floor.confirms(young)
    await floor.confirms(old)
    await floor.hears(first.cancelled())
    (released,) = await floor.said(StockReleased)
    assert (released.order_id, released.lines[0].quantity) == (first.id, 5)
    served = [event for event in await floor.said(StockReserved) if event.order_id != first.id]
    assert [(event.order_id, event.waiting_since) for event in served] == [(old.id, NOON), (young.id, NOON)]
    assert await floor.level("A") == (5, 5, 0)
    await floor.adds_up()


@pytest.mark.capability("INV-05")
async def test_goods_that_arrive_skip_an_order_they_do_not_fit_whole(floor: Floor) -> None:
    await floor.sells("A", "B")
    big = floor.order({"A": 5}, minute=0)
    pair = floor.order({"A": 1, "B": 1}, minute=1)
    small = floor.order({"A": 2}, minute=2)
    await floor.confirms(big, pair, small)
    await floor.gets({"A": 3})
    assert await floor.holds() == {
        big.id: ("waiting", None),
        pair.id: ("waiting", None),
        small.id: ("held", "KHO"),
    }
    await floor.gets({"B": 1})
    assert (await floor.holds())[pair.id] == ("held", "KHO")
    await floor.gets({"A": 5}, at="CH2")
    assert (await floor.holds())[big.id] == ("held", "CH2")
    await floor.adds_up()


@pytest.mark.capability("INV-05")
async def test_an_order_that_waits_for_an_unknown_sku_is_served_when_it_is_bought(floor: Floor) -> None:
    order = floor.order({"NEW": 1})
    await floor.confirms(order)
    await floor.has({"NEW": 1})
    assert await floor.holds() == {order.id: ("held", "KHO")}


async def test_cancelling_an_order_that_waits_leaves_the_queue(floor: Floor) -> None:
    await floor.sells("A")
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.hears(order.cancelled())
    await floor.gets({"A": 1})
    assert await floor.holds() == {}
    assert await floor.said(StockReserved) == []
    assert len(await floor.said(StockReleased)) == 1


async def test_an_order_that_was_never_confirmed_holds_nothing_to_release(floor: Floor) -> None:
    await floor.hears(floor.order({"A": 1}).cancelled(was_confirmed=False))
    assert await floor.said() == []
    assert await floor.harness.rows("SELECT * FROM orders") == []


@pytest.mark.capability("INV-18")
async def test_low_is_told_at_the_threshold_and_depleted_at_nothing(floor: Floor) -> None:
    await floor.has({"A": 7})
    await floor.confirms(floor.order({"A": 1}))
    assert await floor.said(StockLow) == []
    await floor.confirms(floor.order({"A": 1}))
    (low,) = await floor.said(StockLow)
    assert (low.available, low.threshold, low.location_id) == (5, 5, "KHO")
    await floor.confirms(floor.order({"A": 4}))
    assert (len(await floor.said(StockLow)), await floor.said(StockDepleted)) == (1, [])
    await floor.confirms(floor.order({"A": 1}))
    (depleted,) = await floor.said(StockDepleted)
    assert (depleted.sku, depleted.available) == ("A", 0)


@pytest.mark.capability("INV-18")
async def test_thresholds_are_the_skus_own_or_the_shops(floor: Floor) -> None:
    from inventory.application.thresholds import low_stock

    floor.harness.settings[low_stock] = 1
    await floor.sells("A")
    await floor.sells("B", low_at=3)
    await floor.gets({"A": 4, "B": 4})
    await floor.confirms(floor.order({"A": 1, "B": 1}))
    assert [event.sku for event in await floor.said(StockLow)] == ["B"]


@pytest.mark.capability("INV-05")
async def test_the_queue_is_listed_with_days_waiting(floor: Floor) -> None:
    await floor.has({"A": 1})
    early, late = floor.order({"A": 2}, minute=-60, store_id="CH1"), floor.order({"A": 3})
    await floor.confirms(late)
    await floor.confirms(early)
    floor.harness.now = NOON + timedelta(days=11)
    first, second = (await floor.staff.get("/inventory/waiting")).json()["items"]
    assert (first["order_code"], first["days_waiting"]) == (early.code, 11)
    assert second["lines"] == [{"sku": "A", "wanted": 3, "available": 1}]
    page = (await floor.staff.get("/inventory/waiting", params={"limit": 1})).json()
    rest = (await floor.staff.get("/inventory/waiting", params={"limit": 1, "cursor": page["next"]})).json()
    assert [each["items"][0]["order_code"] for each in (page, rest)] == [early.code, late.code]
    store = floor.harness.client(permissions=("stock:read:own",), stores=("CH1",))
    assert [item["order_code"] for item in (await store.get("/inventory/waiting")).json()["items"]] == [early.code]


@pytest.mark.capability("INV-05")
async def test_holds_are_listed_and_the_free_ones_told_apart(floor: Floor) -> None:
    await floor.has({"A": 4})
    picked, free, waits = floor.order({"A": 1}), floor.order({"A": 3}, minute=1), floor.order({"A": 1}, minute=2)
    await floor.confirms(picked, free, waits)
    await floor.starts(picked)

    async def holds(**asked: str) -> list[tuple[str, str, bool]]:
        items = (await floor.staff.get("/inventory/holds", params=asked)).json()["items"]
        return [(item["order_code"], item["state"], item["free"]) for item in items]

    everything = [(picked.code, "held", False), (free.code, "held", True), (waits.code, "waiting", False)]
    assert await holds() == everything
    assert await holds(free="true") == everything[1:2]
    assert await holds(free="false", state="held") == everything[:1]
    assert await holds(order_id=str(waits.id)) == everything[2:]
    assert await holds(sku="B") == []
    first = (await floor.staff.get("/inventory/holds", params={"limit": 1})).json()
    assert first["items"][0]["lines"] == [{"line_id": str(picked.line("A")), "sku": "A", "quantity": 1}]
    rest = (await floor.staff.get("/inventory/holds", params={"cursor": first["next"]})).json()["items"]
    assert [item["order_code"] for item in rest] == [free.code, waits.code]
    store = floor.harness.client(permissions=("stock:read:own",), stores=("CH1",))
    assert (await store.get("/inventory/holds")).json()["items"] == []


async def test_a_long_queue_is_served_in_several_transactions(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    from inventory.application import serve_queue

    monkeypatch.setattr(serve_queue, "PAGE", 2)
    monkeypatch.setattr(serve_queue, "MOST", 4)
    await floor.sells("A")
    orders = [floor.order({"A": 1}, minute=n) for n in range(10)]
    await floor.confirms(*orders)
    await floor.gets({"A": 9})
    while await floor.looks_at_woken_queues():
        await floor.adds_up()
    held = [order_id for order_id, (state, _) in (await floor.holds()).items() if state == "held"]
    assert set(held) == {order.id for order in orders[:9]}
