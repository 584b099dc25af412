"""The packing table (INV-10, INV-11): what does not match is refused and named."""

from uuid import uuid4

import pytest
from warehouse_floor import Floor, Order

from contracts.inventory.v1 import PackingStarted, ParcelPacked

pytestmark = pytest.mark.connected


async def on_the_table(floor: Floor) -> Order:
    await floor.has({"A": 9, "B": 9, "C": 9})
    order = floor.order({"A": 2, "B": 1})
    await floor.confirms(order)
    await floor.starts(order)
    return order


@pytest.mark.capability("INV-10", "INV-11")
async def test_a_parcel_whose_scans_match_is_packed_with_its_weight(floor: Floor) -> None:
    order = await on_the_table(floor)
    parcel = await floor.parcel_of(order)
    scans = [{"barcode": "B-A", "quantity": 1}, {"barcode": "B-A", "quantity": 1}, {"sku": "B"}]
    answer = await floor.packs(order, scans=scans, weight_g=690)
    assert (answer.status_code, answer.json()["state"]) == (200, "packed")
    assert (answer.json()["weight_g"], answer.json()["expected_weight_g"]) == (690, 700)
    (packed,) = await floor.said(ParcelPacked)
    assert (str(packed.parcel_id), packed.location_id) == (parcel["id"], "KHO")
    assert (packed.weight_g, packed.expected_weight_g) == (690, 700)
    assert {line.sku: line.quantity for line in packed.lines} == {"A": 2, "B": 1}
    assert len(await floor.said(PackingStarted)) == 1


@pytest.mark.capability("INV-10")
async def test_a_wrong_missing_or_extra_item_is_named_and_the_parcel_stays_open(floor: Floor) -> None:
    order = await on_the_table(floor)
    scans = [{"sku": "A", "quantity": 3}, {"sku": "C", "quantity": 1}]
    answer = await floor.packs(order, scans=scans)
    assert (answer.status_code, answer.json()["code"]) == (422, "pack-refused")
    assert [(each["code"], each["pointer"], each["params"]["item"]) for each in answer.json()["errors"]] == [
        ("scan-extra", "#/scans/0", "A"),
        ("scan-wrong", "#/scans/1", "C"),
        ("scan-missing", "#/scans", "B"),
    ]
    assert answer.json()["errors"][2]["detail"].startswith("1 of B missing")
    assert (await floor.parcel_of(order))["state"] == "packing"
    assert len(await floor.said(PackingStarted)) == 1
    assert await floor.said(ParcelPacked) == []
    assert (await floor.packs(order)).status_code == 200
    assert len(await floor.said(PackingStarted)) == 1


@pytest.mark.capability("INV-11")
async def test_a_weight_out_of_tolerance_needs_a_person_and_a_reason(floor: Floor) -> None:
    order = await on_the_table(floor)
    assert (await floor.packs(order, weight_g=770)).status_code == 200
    heavy = floor.order({"A": 2, "B": 1})
    await floor.confirms(heavy)
    await floor.starts(heavy)
    refused = await floor.packs(heavy, weight_g=771)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"], error["pointer"]) == (422, "weight-out-of-tolerance", "#/weight_g")
    assert error["params"] == {"measured": 771, "expected": 700, "tolerance": 70}
    no_reason = await floor.packs(heavy, weight_g=771, accept_weight=True)
    assert [each["code"] for each in no_reason.json()["errors"]] == ["weight-reason-missing"]
    accepted = await floor.packs(heavy, weight_g=771, accept_weight=True, reason="hộp lớn hơn")
    assert (accepted.status_code, accepted.json()["weight_reason"]) == (200, "hộp lớn hơn")


@pytest.mark.capability("INV-11")
async def test_packaging_and_tolerance_are_the_shops_to_set(floor: Floor) -> None:
    from inventory.application.thresholds import packaging_weight, weight_tolerance_grams, weight_tolerance_percent

    floor.harness.settings[packaging_weight] = 0
    floor.harness.settings[weight_tolerance_grams] = 0
    floor.harness.settings[weight_tolerance_percent] = 0
    order = await on_the_table(floor)
    assert (await floor.packs(order, weight_g=601)).status_code == 422
    assert (await floor.packs(order, weight_g=600)).status_code == 200


@pytest.mark.capability("INV-11")
async def test_nothing_is_expected_of_goods_nobody_has_weighed(floor: Floor) -> None:
    await floor.sells("A", weight_g=0)
    await floor.gets({"A": 1})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.starts(order)
    assert (await floor.parcel_of(order))["expected_weight_g"] is None
    assert (await floor.packs(order, weight_g=12_345)).status_code == 200
    (packed,) = await floor.said(ParcelPacked)
    assert (packed.weight_g, packed.expected_weight_g) == (12_345, 12_345)


async def test_a_packed_parcel_is_not_packed_again(floor: Floor) -> None:
    order = await on_the_table(floor)
    await floor.packs(order)
    again = await floor.packs(order)
    assert (again.status_code, again.json()["code"]) == (409, "parcel-not-open")
    assert again.json()["params"] == {"state": "packed", "possible": ["defects"]}
    missing = await floor.staff.post(f"/inventory/parcels/{uuid4()}/pack", json={"scans": [], "weight_g": 1})
    assert (missing.status_code, missing.json()["code"]) == (404, "parcel-not-found")


async def test_the_same_command_sent_twice_packs_once_and_a_refusal_is_judged_anew(floor: Floor) -> None:
    order = await on_the_table(floor)
    parcel = await floor.parcel_of(order)
    address, key = f"/inventory/parcels/{parcel['id']}/pack", {"Idempotency-Key": "pack-1"}
    wrong = {"scans": [{"sku": "C"}], "weight_g": 700}
    assert (await floor.staff.post(address, json=wrong, headers=key)).status_code == 422
    right = {"scans": [{"sku": "A", "quantity": 2}, {"sku": "B"}], "weight_g": 700}
    first = await floor.staff.post(address, json=right, headers=key)
    again = await floor.staff.post(address, json=right, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert len(await floor.said(ParcelPacked)) == 1


async def test_what_happened_at_the_table_is_kept_as_evidence(floor: Floor) -> None:
    order = await on_the_table(floor)
    await floor.packs(order, scans=[{"sku": "A", "quantity": 2}], weight_g=500)
    await floor.packs(order)
    parcel = await floor.parcel_of(order)
    attempts = (await floor.staff.get(f"/inventory/parcels/{parcel['id']}/attempts")).json()
    assert [[each["code"] for each in attempt["deviations"]] for attempt in attempts] == [
        ["scan-missing", "weight-out-of-tolerance"],
        [],
    ]
    assert attempts[0]["scans"] == [{"code": "A", "quantity": 2}]


async def test_a_scan_names_its_item_in_one_way(floor: Floor) -> None:
    order = await on_the_table(floor)
    for scan in ({"sku": "A", "barcode": "B-A"}, {"quantity": 1}, {"sku": "A", "quantity": 0}):
        assert (await floor.packs(order, scans=[scan])).json()["code"] == "invalid-request"
    assert (await floor.packs(order, weight_g=0)).status_code == 422
    assert (await floor.parcel_of(order))["state"] == "picking"


async def test_who_may_not_pick_may_not_pack(floor: Floor) -> None:
    order = await on_the_table(floor)
    parcel = await floor.parcel_of(order)
    visitor = floor.harness.client(permissions=("picking:read",))
    body = {"scans": [], "weight_g": 1}
    assert (await visitor.post(f"/inventory/parcels/{parcel['id']}/pack", json=body)).status_code == 403
    assert (await visitor.get(f"/inventory/parcels/{parcel['id']}")).headers["etag"] == '"1"'
