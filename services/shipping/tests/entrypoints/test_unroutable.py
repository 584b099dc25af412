"""An order no carrier takes is said to be so, listed with its way out, and tried again (SHP-02, SHP-03)."""

from __future__ import annotations

from typing import Any

import pytest
from shipping_cases import (
    EVERYTHING,
    TARIFF,
    confirmed,
    contact,
    hire,
    order_changed,
    packed,
    reserved,
    shipment_of,
)

from chassis.testing import Harness
from contracts.orders.v1 import OrderConfirmed
from contracts.shipping.v1 import ShipmentCreated, ShipmentUnroutable
from shipping.entrypoints.gauges import numbers as numbers_left
from shipping.entrypoints.gauges import unroutable
from shipping.entrypoints.jobs import count_waiting, try_again

pytestmark = pytest.mark.connected
south_only = [TARIFF[0] | {"zones": [{"provinces": ["TP.HCM", "Cần Thơ"], "first_fee": 20_000}]}]


async def stuck(harness: Harness, **changed: Any) -> OrderConfirmed:
    agreed = confirmed(**changed)
    await harness.receives(agreed)
    await harness.receives(reserved(agreed.order_id))
    return agreed


async def listed(harness: Harness) -> list[dict[str, Any]]:
    answer = await harness.client(permissions=EVERYTHING).get("/shipping/unroutable")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.capability("SHP-02", "SHP-03")
@pytest.mark.parametrize(
    ("province", "weight_g", "numbers", "obstacle", "way_out"),
    [
        ("Hà Nội", 250, 10, "not-reached", "Add the province to a tariff"),
        ("Atlantis", 250, 10, "province-unknown", "Correct the order's address"),
        ("Sóc Trăng", 40_000, 10, "too-heavy", "Add a service for heavy goods"),
        ("Sóc Trăng", 250, 0, "numbers-exhausted", "Add a number range"),
    ],
)
async def test_an_order_no_carrier_takes_is_said_and_listed_with_the_way_out(
    harness: Harness, province: str, weight_g: int, numbers: int, obstacle: str, way_out: str
) -> None:
    await hire(harness, services=south_only, numbers=numbers)
    line = confirmed().lines[0].model_copy(update={"weight_g": weight_g})
    agreed = await stuck(harness, contact=contact(province), lines=(line,))
    (event,) = await harness.published(ShipmentUnroutable)
    assert (event.order_id, event.reason) == (agreed.order_id, obstacle)
    (item,) = await listed(harness)
    assert (item["order_id"], item["obstacle"], item["province"]) == (str(agreed.order_id), obstacle, province)
    assert way_out in item["detail"]


@pytest.mark.capability("SHP-03")
async def test_new_numbers_and_a_retry_make_the_shipment(harness: Harness) -> None:
    await hire(harness, numbers=0)
    agreed = await stuck(harness)
    client = harness.client(permissions=EVERYTHING)
    still = (await client.post("/shipping/unroutable/retry", json={})).json()
    assert (still["solved"], still["still"]) == (0, 1)
    assert len(await harness.published(ShipmentUnroutable)) == 1, "the same reason is said once"

    await client.post("/shipping/carriers/ghn/ranges", json={"prefix": "G", "width": 3, "first": 7, "last": 7})
    solved = (await client.post("/shipping/unroutable/retry", json={"order_ids": [str(agreed.order_id)]})).json()
    assert solved["solved"] == 1
    (made,) = await harness.published(ShipmentCreated)
    assert (str(made.shipment_id), made.tracking) == (solved["tried"][0]["shipment_id"], "G007")
    assert await listed(harness) == []


@pytest.mark.capability("SHP-03")
async def test_the_job_tries_again_by_itself(harness: Harness) -> None:
    await hire(harness, numbers=2)
    orders = [await stuck(harness) for _ in range(4)]
    assert len(await listed(harness)) == 2
    await hire(harness, "vtp", numbers=10)
    await harness.runs(count_waiting)
    await harness.runs(try_again)
    assert await listed(harness) == []
    made = await harness.published(ShipmentCreated)
    assert {event.order_id for event in made} == {order.order_id for order in orders}
    assert [event.carrier_id for event in made] == ["ghn", "ghn", "vtp", "vtp"]


async def test_stuck_orders_and_the_numbers_that_are_left_are_shown_to_operations(harness: Harness) -> None:
    await hire(harness, numbers=0)
    await hire(harness, "vtp", numbers=10, services=south_only)
    await stuck(harness, contact=contact("Hà Nội"))
    await unroutable.count(harness.runtime)
    await numbers_left.count(harness.runtime)
    seen = [*unroutable.shown.collect(), *numbers_left.shown.collect()]
    assert {sample.labels.get("carrier"): sample.value for each in seen for sample in each.samples} == {
        None: 1, "ghn": 0, "vtp": 10,
    }  # fmt: skip


async def test_a_carrier_without_numbers_is_passed_over(harness: Harness) -> None:
    await hire(harness, "cheap", numbers=0, services=[TARIFF[0] | {"zones": [{"first_fee": 1}]}])
    await hire(harness, "dear", numbers=5)
    await stuck(harness)
    assert [event.carrier_id for event in await harness.published(ShipmentCreated)] == ["dear"]


@pytest.mark.capability("SHP-02")
@pytest.mark.parametrize(("choice", "carrier"), [(None, "cheap"), ("dear", "dear"), ("DEAR", "dear"), ("x", "cheap")])
async def test_the_customers_choice_then_the_cheapest(harness: Harness, choice: str | None, carrier: str) -> None:
    await hire(harness, "cheap", services=[TARIFF[0] | {"zones": [{"first_fee": 1}]}])
    await hire(harness, "dear")
    await stuck(harness, carrier_choice=choice)
    assert [event.carrier_id for event in await harness.published(ShipmentCreated)] == [carrier]


async def test_a_person_may_choose_the_carrier_of_a_stuck_order(harness: Harness) -> None:
    await hire(harness, "cheap", numbers=0, services=[TARIFF[0] | {"zones": [{"first_fee": 1}]}])
    await stuck(harness)
    await hire(harness, "middle", services=[TARIFF[0] | {"zones": [{"first_fee": 2}]}])
    await hire(harness, "dear")
    client = harness.client(permissions=EVERYTHING)
    answer = await client.post("/shipping/unroutable/retry", json={"carrier_id": "dear"})
    assert answer.json()["solved"] == 1
    assert [event.carrier_id for event in await harness.published(ShipmentCreated)] == ["dear"]
    unknown = await client.post("/shipping/unroutable/retry", json={"carrier_id": "nobody"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "carrier-not-found")


async def test_a_corrected_address_is_tried_at_once(harness: Harness) -> None:
    await hire(harness)
    agreed = await stuck(harness, contact=contact("Atlantis"))
    await harness.receives(order_changed(agreed, contact=contact("Đồng Nai")))
    assert len(await harness.published(ShipmentCreated)) == 1
    assert await listed(harness) == []


async def test_an_order_that_is_called_off_waits_for_no_carrier(harness: Harness) -> None:
    from shipping_cases import cancel_requested

    await hire(harness, numbers=0)
    agreed = await stuck(harness)
    await harness.receives(cancel_requested(agreed.order_id))
    assert await listed(harness) == []
    await hire(harness, "vtp")
    await harness.runs(try_again)
    assert await harness.published(ShipmentCreated) == []


@pytest.mark.capability("SHP-04")
async def test_a_new_address_the_carrier_does_not_reach_moves_the_parcel_to_another_carrier(harness: Harness) -> None:
    await hire(harness, services=south_only)
    await hire(harness, "vtp")
    agreed = await stuck(harness)
    await harness.receives(packed(agreed.order_id))
    before = await shipment_of(harness, agreed.order_id)
    assert before["carrier_id"] == "ghn"

    await harness.receives(order_changed(agreed, contact=contact("Hà Nội")))
    after = await shipment_of(harness, agreed.order_id)
    assert (after["id"], after["carrier_id"], after["tracking"]) == (before["id"], "vtp", "VTP000000001")
    first, second = await harness.published(ShipmentCreated)
    assert (first.shipment_id, second.tracking) == (second.shipment_id, "VTP000000001")


async def test_a_new_address_nobody_reaches_stops_the_parcel_until_there_is_a_way(harness: Harness) -> None:
    await hire(harness, services=south_only)
    agreed = await stuck(harness)
    await harness.receives(packed(agreed.order_id))
    await harness.receives(order_changed(agreed, contact=contact("Hà Nội")))
    (item,) = await listed(harness)
    assert (item["obstacle"], item["shipment_id"] is not None) == ("not-reached", True)
    client = harness.client(permissions=EVERYTHING)
    assert (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).status_code == 409

    await hire(harness, "vtp")
    await harness.runs(try_again)
    assert await listed(harness) == []
    assert (await client.post("/shipping/manifests", json={"carrier_id": "vtp"})).status_code == 201


async def test_a_new_address_of_the_same_carrier_only_changes_the_price(harness: Harness) -> None:
    zones = [{"provinces": ["TP.HCM"], "first_fee": 20_000}, {"provinces": ["*"], "first_fee": 33_000}]
    await hire(harness, services=[TARIFF[0] | {"zones": zones}])
    agreed = await stuck(harness)
    before = await shipment_of(harness, agreed.order_id)
    await harness.receives(order_changed(agreed, contact=contact("Hà Nội")))
    after = await shipment_of(harness, agreed.order_id)
    assert (before["fee"]["amount"], after["fee"]["amount"]) == (20_000, 33_000)
    assert before["tracking"] == after["tracking"]
