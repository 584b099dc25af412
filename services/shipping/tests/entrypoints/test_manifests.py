"""The handover: one list, two signatures, all parcels at once (SHP-05, SHP-06)."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from shipping_cases import (
    EVERYTHING,
    cancel_requested,
    confirmed,
    contact,
    handed_over,
    hire,
    order_changed,
    packed,
    ready_for_pickup,
    reserved,
    scan,
    shipment_of,
)

from chassis.testing import Harness
from contracts.money import Money
from contracts.shipping.v1 import ShipmentHandedOver, ShipmentInTransit

pytestmark = pytest.mark.connected
signed = {"received_by": "Trần Văn Bình"}


@pytest.mark.capability("SHP-05")
async def test_the_list_says_everything_that_both_sides_sign(harness: Harness) -> None:
    await hire(harness)
    await ready_for_pickup(harness, 3)
    client = harness.client(permissions=EVERYTHING, name="Lan")
    harness.now = confirmed().confirmed_at
    drafted = await client.post("/shipping/manifests", json={"carrier_id": "ghn"})
    assert drafted.status_code == 201, drafted.text
    draft = drafted.json()
    assert (draft["code"], draft["state"], draft["carrier_name"], draft["drafted_by"]) == (
        "BB251122001",
        "open",
        "GHN",
        "Lan",
    )
    assert len(draft["parcels"]) == 3
    assert draft["totals"]["count"] == 3
    assert draft["totals"]["weight_g"] == 3 * 600
    assert draft["totals"]["cod"]["amount"] == 3 * 330_000

    answer = (await client.post(f"/shipping/manifests/{draft['id']}/sign", json=signed)).json()
    assert (answer["state"], answer["handed_over_by"], answer["received_by"]) == ("signed", "Lan", "Trần Văn Bình")
    listed = (await client.get("/shipping/manifests", params={"state": "signed"})).json()["items"]
    assert [each["totals"] for each in listed] == [answer["totals"]]
    assert (await client.get(f"/shipping/manifests/{draft['id']}")).json() == answer


@pytest.mark.capability("SHP-05")
async def test_signing_hands_all_parcels_over_in_one_transaction(harness: Harness) -> None:
    await hire(harness)
    shipments = await handed_over(harness, 4)
    said = await harness.published(ShipmentHandedOver)
    assert {str(event.order_id) for event in said} == {each["order_id"] for each in shipments}
    assert {each["status"] for each in shipments} == {"handed_over"}
    assert len({row["xmin"] for row in await harness.rows("SELECT xmin::text FROM shipments")}) == 1


@pytest.mark.capability("SHP-05", "SHP-19")
async def test_the_handover_tells_all_that_warehouse_and_books_need(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness, store_id="CH1", owner_id="lan")
    (event,) = await harness.published(ShipmentHandedOver)
    assert (event.tracking, event.carrier_id, event.location_id) == (shipment["tracking"], "ghn", "KHO")
    assert (event.cod, event.total, event.freight) == (
        Money(amount=330_000),
        Money(amount=330_000),
        Money(amount=30_000),
    )
    assert (event.fee, event.weight_g) == (Money(amount=35_000), 600)
    assert (event.store_id, event.owner_id) == ("CH1", "lan")
    assert [(line.sku, line.quantity, line.amount.amount) for line in event.lines] == [("AO-L", 2, 300_000)]
    assert str(event.parcel_id) == shipment["parcel_id"]


@pytest.mark.capability("SHP-05")
async def test_parcels_cancelled_meanwhile_are_left_out_by_name(harness: Harness) -> None:
    await hire(harness)
    shipments = await ready_for_pickup(harness, 3)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    await harness.receives(cancel_requested(UUID(shipments[1]["order_id"])))

    answer = (await client.post(f"/shipping/manifests/{draft['id']}/sign", json=signed)).json()
    assert [(each["order_code"], each["left_out"]) for each in answer["left_out"]] == [
        (shipments[1]["order_code"], "cancelled")
    ]
    assert answer["left_out"][0]["detail"].startswith("Left out: the shipment is cancelled")
    assert answer["totals"]["count"] == 2
    assert len(await harness.published(ShipmentHandedOver)) == 2


async def test_a_parcel_whose_order_changed_meanwhile_is_left_out_and_goes_with_the_next_list(
    harness: Harness,
) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed, reserved(agreed.order_id))
    await harness.receives(packed(agreed.order_id))
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    await harness.receives(order_changed(agreed, cod=Money(amount=0)))

    answer = (await client.post(f"/shipping/manifests/{draft['id']}/sign", json=signed)).json()
    assert (answer["state"], answer["left_out"][0]["left_out"]) == ("void", "changed")
    again = await client.post("/shipping/manifests", json={"carrier_id": "ghn"})
    assert again.status_code == 201
    await client.post(f"/shipping/manifests/{again.json()['id']}/sign", json=signed)
    (event,) = await harness.published(ShipmentHandedOver)
    assert event.cod == Money(amount=0)


@pytest.mark.capability("SHP-05")
async def test_signing_twice_is_signing_once(harness: Harness) -> None:
    await hire(harness)
    await ready_for_pickup(harness, 2)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    sign = f"/shipping/manifests/{draft['id']}/sign"
    answers = await asyncio.gather(*(client.post(sign, json=signed) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert len(await harness.published(ShipmentHandedOver)) == 2


@pytest.mark.capability("SHP-06")
@pytest.mark.parametrize(("agreed", "fee"), [({}, 40_000), ({"fee": 37_500}, 37_500)])
async def test_weight_and_postage_agreed_with_the_courier_hold(
    harness: Harness, agreed: dict[str, int], fee: int
) -> None:
    await hire(harness)
    await ready_for_pickup(harness)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    weighed = {"tracking": draft["parcels"][0]["tracking"], "weight_g": 1200} | agreed
    answer = await client.post(f"/shipping/manifests/{draft['id']}/sign", json=signed | {"weights": [weighed]})
    assert answer.json()["totals"]["weight_g"] == 1200
    (event,) = await harness.published(ShipmentHandedOver)
    assert (event.weight_g, event.fee.amount) == (1200, fee)


async def test_a_weight_for_a_parcel_that_is_not_on_the_list_is_refused(harness: Harness) -> None:
    await hire(harness)
    await ready_for_pickup(harness)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    body = signed | {"weights": [{"tracking": "GHN999", "weight_g": 1200}]}
    answer = await client.post(f"/shipping/manifests/{draft['id']}/sign", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-on-manifest")
    assert answer.json()["errors"][0]["pointer"] == "#/weights/0/tracking"
    assert await harness.published(ShipmentHandedOver) == []


async def test_a_parcel_stands_on_one_list_only_until_that_is_dropped(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await ready_for_pickup(harness)
    client = harness.client(permissions=EVERYTHING)
    first = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()

    empty = await client.post("/shipping/manifests", json={"carrier_id": "ghn"})
    assert (empty.status_code, empty.json()["code"]) == (409, "nothing-to-hand-over")
    named = await client.post(
        "/shipping/manifests", json={"carrier_id": "ghn", "shipment_ids": [shipment["id"], str(uuid4())]}
    )
    assert named.status_code == 422
    assert [error["code"] for error in named.json()["errors"]] == ["on-another-manifest", "shipment-not-found"]

    assert (await client.delete(f"/shipping/manifests/{first['id']}")).json()["state"] == "void"
    sign = await client.post(f"/shipping/manifests/{first['id']}/sign", json=signed)
    assert (sign.status_code, sign.json()["code"]) == (409, "manifest-is-void")
    assert (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).status_code == 201


async def test_two_lists_made_at_the_same_moment_share_no_parcel(harness: Harness) -> None:
    await hire(harness)
    await ready_for_pickup(harness, 5)
    client = harness.client(permissions=EVERYTHING)
    answers = await asyncio.gather(*(client.post("/shipping/manifests", json={"carrier_id": "ghn"}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_only_what_is_packed_and_of_this_carrier_goes_on_a_list(harness: Harness) -> None:
    await hire(harness)
    await hire(harness, "vtp", numbers=5)
    agreed = confirmed()
    await harness.receives(agreed, reserved(agreed.order_id))
    unpacked = await shipment_of(harness, agreed.order_id)
    client = harness.client(permissions=EVERYTHING)
    for carrier, code in (("ghn", "not-ready-for-pickup"), ("vtp", "other-carrier")):
        answer = await client.post(
            "/shipping/manifests", json={"carrier_id": carrier, "shipment_ids": [unpacked["id"]]}
        )
        assert [error["code"] for error in answer.json()["errors"]] == [code]


async def test_a_signed_list_is_not_dropped(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    answer = await harness.client(permissions=EVERYTHING).delete(f"/shipping/manifests/{shipment['manifest_id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "manifest-is-signed")


async def test_what_the_carrier_scanned_before_the_signature_counts_with_it(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await ready_for_pickup(harness)
    early = await scan(harness, shipment["tracking"], "picked_up", harness.now)
    assert (early["outcome"], early["applied"]) == ("early", False)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    await client.post(f"/shipping/manifests/{draft['id']}/sign", json=signed)
    assert (await shipment_of(harness, shipment["order_id"]))["status"] == "in_transit"
    said = [type(event) for event in await harness.published(ShipmentHandedOver, ShipmentInTransit)]
    assert said == [ShipmentHandedOver, ShipmentInTransit]


async def test_a_changed_address_does_not_reach_a_parcel_that_has_left(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed, reserved(agreed.order_id))
    await harness.receives(packed(agreed.order_id))
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    await client.post(f"/shipping/manifests/{draft['id']}/sign", json=signed)
    await harness.receives(order_changed(agreed, contact=contact("Hà Nội")))
    assert (await shipment_of(harness, agreed.order_id))["receiver"]["province"] == "Hồ Chí Minh"
