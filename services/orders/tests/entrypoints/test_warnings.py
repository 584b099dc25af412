"""Likely duplicates (ORD-06) and unreliable buyers (CRM-14) do not stop an order; they leave a flag."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.orders.v1 import OrderPlaced
from orders.application import thresholds

pytestmark = pytest.mark.connected


@pytest.mark.capability("ORD-06")
async def test_the_same_phone_and_goods_within_a_day_are_flagged(shop: Any) -> None:
    first = await shop.places()
    shop.harness.now += timedelta(hours=24)
    second = await shop.places(contact={"phone": "+84 901 234 567"})
    assert (second["flags"], second["duplicate_of"]) == (["duplicate"], [first["code"]])
    assert second["warnings"][0]["code"] == "likely-duplicate"
    assert (await shop.harness.published(OrderPlaced))[-1].duplicate_of == (first["code"],)
    assert second["status"] == "new"
    assert (await shop.sees(first))["flags"] == []


@pytest.mark.capability("ORD-06")
async def test_a_second_more_than_a_day_is_no_duplicate(shop: Any) -> None:
    await shop.places()
    shop.harness.now += timedelta(hours=24, seconds=1)
    assert (await shop.places())["flags"] == []


@pytest.mark.capability("ORD-06")
@pytest.mark.parametrize(
    "changes", [{"contact": {"phone": "0907654321"}}, {"lines": [{"sku": "MU-01", "quantity": 2}]}]
)
async def test_another_phone_or_other_goods_are_no_duplicate(shop: Any, changes: dict[str, Any]) -> None:
    await shop.places()
    assert (await shop.places(**changes))["flags"] == []


@pytest.mark.capability("ORD-06")
async def test_one_shared_product_is_enough(shop: Any) -> None:
    await shop.places()
    second = await shop.places(lines=[{"sku": "MU-01", "quantity": 1}, {"sku": "AO-L", "quantity": 1}])
    assert second["flags"] == ["duplicate"]


async def test_a_cancelled_order_may_be_placed_again(shop: Any) -> None:
    first = await shop.places()
    await shop.does(first, "cancel", reason="wrong_data")
    assert (await shop.places())["flags"] == []


async def test_the_window_is_a_setting(shop: Any) -> None:
    shop.harness.settings[thresholds.duplicate_window] = 1
    await shop.places()
    shop.harness.now += timedelta(hours=1, seconds=1)
    assert (await shop.places())["flags"] == []


@pytest.mark.capability("ORD-06")
async def test_two_doors_at_the_same_moment_cannot_both_miss(shop: Any) -> None:
    orders = await asyncio.gather(*(shop.places(external_id=f"W-{n}") for n in range(10)))
    flagged = sorted(len(order["duplicate_of"]) for order in orders)
    assert flagged == list(range(10))


async def test_the_flag_is_gone_once_somebody_has_confirmed(shop: Any) -> None:
    await shop.places()
    assert (await shop.confirms(await shop.places()))["flags"] == []


async def test_a_new_phone_takes_the_flag_away_and_an_old_one_brings_it(shop: Any) -> None:
    first = await shop.places()
    second = await shop.places(contact={"phone": "0907654321"})
    same = await shop.sal.patch(f"/orders/{second['id']}", json={"contact": {"phone": "0901234567"}})
    assert (same.json()["flags"], same.json()["duplicate_of"]) == (["duplicate"], [first["code"]])
    other = await shop.sal.patch(f"/orders/{second['id']}", json={"contact": {"phone": "0907654321"}})
    assert other.json()["flags"] == []


@pytest.mark.capability("CRM-14")
async def test_an_unreliable_buyer_is_warned_of_and_pays_in_advance(shop: Any) -> None:
    await shop.blacklists("+84901234567")
    order = await shop.places()
    assert (order["flags"], order["blacklisted"]) == (["blacklisted"], True)
    assert [warning["code"] for warning in order["warnings"]] == ["customer-blacklisted"]
    assert (await shop.harness.published(OrderPlaced))[0].blacklisted
    await shop.does(order, "calls", outcome="answered")
    refused = await shop.does(order, "confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "prepayment-needed")
    assert refused.json()["params"]["state"] == "confirming"


@pytest.mark.capability("CRM-14")
async def test_only_who_keeps_the_blacklist_confirms_against_it(shop: Any) -> None:
    await shop.blacklists("+84901234567")
    order = await shop.places()
    await shop.does(order, "calls", outcome="answered")
    refused = await shop.does(order, "confirm", override="khách quen")
    assert (refused.status_code, refused.json()["code"]) == (403, "override-not-allowed")
    allowed = await shop.lead.post(f"/orders/{order['id']}/confirm", json={"override": "khách quen"})
    assert (allowed.status_code, allowed.json()["status"]) == (200, "confirmed")


@pytest.mark.capability("CRM-14")
async def test_who_was_forgiven_since_is_confirmed_like_anybody(shop: Any) -> None:
    id = await shop.blacklists("+84901234567")
    order = await shop.places()
    await shop.blacklists("+84901234567", listed=False, id=id)
    assert (await shop.confirms(order))["status"] == "confirmed"


@pytest.mark.capability("CRM-14")
async def test_who_became_unreliable_since_pays_in_advance_too(shop: Any) -> None:
    order = await shop.places()
    await shop.blacklists("+84901234567")
    await shop.does(order, "calls", outcome="answered")
    assert (await shop.does(order, "confirm")).json()["code"] == "prepayment-needed"
