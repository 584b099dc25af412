"""Carriers, tariffs, quotes and number ranges over HTTP (SHP-01, SHP-02, SHP-03)."""

from __future__ import annotations

from typing import Any

import pytest
from shipping_cases import EVERYTHING, TARIFF, hire

from chassis.testing import Harness
from shipping.application import thresholds

pytestmark = pytest.mark.connected


@pytest.mark.capability("SHP-01")
async def test_a_carrier_is_listed_with_services_tariffs_and_numbers(harness: Harness) -> None:
    zones = [
        {"provinces": ["sai gon", "Cần Thơ"], "first_g": 500, "first_fee": 20_000, "step_g": 500, "step_fee": 2_500},
        {"provinces": ["*"], "first_g": 500, "first_fee": 30_000, "step_g": 500, "step_fee": 5_000},
    ]
    made = await hire(harness, services=[TARIFF[0] | {"zones": zones}], use_when="Nội thành", numbers=1000)
    assert [zone["provinces"] for zone in made["services"][0]["zones"]] == [["Hồ Chí Minh", "Cần Thơ"], ["*"]]
    assert (made["numbers_left"], made["numbers_low"]) == (1000, False)
    assert made["ranges"][0]["next"] == "GHN000000001"
    client = harness.client(permissions=["carriers:read"])
    assert (await client.get("/shipping/carriers")).json() == [made]
    one = await client.get("/shipping/carriers/ghn")
    assert (one.json(), one.headers["etag"]) == (made, '"1"')


@pytest.mark.capability("SHP-02")
async def test_quotes_list_only_carriers_that_reach_the_address_cheapest_first(harness: Harness) -> None:
    await hire(harness, "north", services=[TARIFF[0] | {"zones": [{"provinces": ["Hà Nội"], "first_fee": 1}]}])
    await hire(harness, "dear", services=[TARIFF[0] | {"zones": [{"first_fee": 90_000}]}])
    await hire(harness, "ghn")
    client = harness.client(permissions=["carriers:read"])
    asked = {"province": "Bà Rịa Vũng Tàu", "weight_g": 1001}
    found = (await client.post("/shipping/quotes", json=asked)).json()
    assert (found["province"], found["province_code"]) == ("Hồ Chí Minh", "79")
    assert [(each["carrier_id"], each["fee"]["amount"]) for each in found["quotes"]] == [
        ("ghn", 40_000),
        ("dear", 90_000),
    ]
    chosen = (await client.post("/shipping/quotes", json=asked | {"carrier_choice": "DEAR"})).json()
    assert chosen["quotes"][0]["carrier_id"] == "dear"
    nowhere = (await client.post("/shipping/quotes", json=asked | {"province": "Atlantis"})).json()
    assert (nowhere["quotes"], nowhere["obstacle"]) == ([], "province-unknown")
    assert "Atlantis" in nowhere["detail"]


@pytest.mark.capability("SHP-01")
async def test_a_carrier_is_changed_by_whoever_has_read_it_last(harness: Harness) -> None:
    await hire(harness)
    client = harness.client(permissions=EVERYTHING)
    first = await client.patch("/shipping/carriers/ghn", json={"active": False}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    late = await client.patch("/shipping/carriers/ghn", json={"name": "X"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    quoted = await client.post("/shipping/quotes", json={"province": "Huế", "weight_g": 1})
    assert quoted.json()["obstacle"] == "not-reached"
    assert (await harness.rows("SELECT action FROM chassis.audit ORDER BY id DESC LIMIT 1"))[0]["action"] == "change"


async def test_the_same_carrier_is_hired_once(harness: Harness) -> None:
    await hire(harness)
    again = await harness.client(permissions=EVERYTHING).post("/shipping/carriers", json={"id": "ghn", "name": "G"})
    assert (again.status_code, again.json()["code"]) == (409, "carrier-exists")


def standard(**zone: Any) -> dict[str, Any]:
    return TARIFF[0] | {"zones": [{"first_fee": 1} | zone]}


@pytest.mark.parametrize(
    ("services", "code", "pointer"),
    [
        ([standard(provinces=["Xứ Oz"])], "province-unknown", "0/zones/0/provinces/0"),
        ([standard(), standard()], "service-twice", "1/code"),
        ([standard(first_fee=-1)], "greater-than-equal", "0/zones/0/first_fee"),
    ],
)
async def test_a_tariff_that_is_wrong_is_refused_with_every_place(
    harness: Harness, services: list[dict[str, Any]], code: str, pointer: str
) -> None:
    body = {"id": "x", "name": "X", "services": services}
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/carriers", json=body)
    assert answer.status_code == 422
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [(code, f"#/services/{pointer}")]


@pytest.mark.capability("SHP-03")
@pytest.mark.parametrize(
    ("numbers", "status", "code"),
    [
        ({"prefix": "GHN", "width": 9, "first": 100, "last": 200}, 409, "range-overlaps"),
        ({"prefix": "GHN", "width": 9, "first": 101, "last": 200}, 201, None),
        ({"prefix": "GHN0", "width": 8, "first": 50, "last": 60}, 409, "range-overlaps"),
        ({"prefix": "A", "width": 3, "first": 9, "last": 8}, 422, "bad-range"),
    ],
)
async def test_no_two_ranges_may_give_the_same_number(
    harness: Harness, numbers: dict[str, Any], status: int, code: str | None
) -> None:
    await hire(harness, numbers=100)
    await hire(harness, "vtp", numbers=0)
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/carriers/vtp/ranges", json=numbers)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


@pytest.mark.parametrize(("low", "shown"), [(100, False), (101, True)])
async def test_numbers_that_run_out_are_shown(harness: Harness, low: int, shown: bool) -> None:
    harness.settings[thresholds.numbers_low] = low
    assert (await hire(harness, numbers=100))["numbers_low"] is shown
