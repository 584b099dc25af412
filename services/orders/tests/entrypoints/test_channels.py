"""Channels and sources are managed lists (ORD-01)."""

from typing import Any

import pytest

from orders.application import thresholds

pytestmark = pytest.mark.connected


@pytest.mark.capability("ORD-01")
async def test_a_new_channel_is_added_to_the_list_and_used(shop: Any) -> None:
    assert (await shop.asks(channel="zalo")).status_code == 422
    added = await shop.lead.put("/orders/channels/zalo", json={"name": "Zalo OA", "call_required": False})
    assert added.json() == {"code": "zalo", "name": "Zalo OA", "call_required": False, "active": True}
    order = await shop.places(channel="zalo")
    assert (await shop.does(order, "confirm")).status_code == 200
    assert "zalo" in {channel["code"] for channel in (await shop.sal.get("/orders/channels")).json()}


async def test_a_closed_channel_takes_nothing_in(shop: Any) -> None:
    await shop.lead.put("/orders/channels/fair", json={"name": "Hội chợ", "active": False})
    refused = await shop.asks(channel="fair")
    assert refused.json()["errors"][0]["code"] == "channel-unknown"
    [row] = await shop.harness.rows("SELECT before, after FROM chassis.audit WHERE action = 'channel.save'")
    assert (row["before"]["active"], row["after"]["active"]) == (True, False)


@pytest.mark.capability("ORD-01")
async def test_a_retired_source_hands_in_nothing_until_it_is_restored(shop: Any) -> None:
    assert (await shop.asks(source="shop-a", external_id="A-1")).status_code == 201
    retired = await shop.lead.put("/orders/sources/shop-a", json={"name": "Shop A", "active": False})
    assert retired.json() == {"code": "shop-a", "name": "Shop A", "active": False, "listed": True}
    refused = await shop.asks(source="shop-a", external_id="A-2")
    assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [("source-retired", "#/source")]
    assert (await shop.asks(source="shop-a", external_id="A-1")).status_code == 200
    await shop.lead.put("/orders/sources/shop-a", json={"name": "Shop A"})
    assert (await shop.asks(source="shop-a", external_id="A-2")).status_code == 201


async def test_the_list_shows_sources_that_nobody_put_on_it(shop: Any) -> None:
    await shop.asks(source="shop-a")
    await shop.asks(source="shop-b")
    await shop.lead.put("/orders/sources/shop-b", json={"name": "Shop B"})
    listed = {each["code"]: each["listed"] for each in (await shop.sal.get("/orders/sources")).json()}
    assert (listed["website"], listed["shop-a"], listed["shop-b"]) == (True, False, True)


async def test_only_listed_sources_hand_in_where_it_is_set_so(shop: Any) -> None:
    shop.harness.settings[thresholds.unlisted_sources] = "refuse"
    assert (await shop.asks()).status_code == 201
    refused = await shop.asks(source="shop-a")
    assert refused.json()["errors"][0]["code"] == "source-unknown"
    await shop.lead.put("/orders/sources/shop-a", json={"name": "Shop A"})
    assert (await shop.asks(source="shop-a")).status_code == 201


async def test_who_changed_a_list_stays_known(shop: Any) -> None:
    for active in (True, False, False, True):
        await shop.lead.put("/orders/sources/shop-a", json={"name": "Shop A", "active": active})
    await shop.lead.put("/orders/channels/fair", json={"name": "Hội chợ xuân"})
    told = (await shop.sal.get("/orders/sources/shop-a/history")).json()["items"]
    assert [each["after"]["active"] for each in told] == [True, False, True]
    assert (told[-1]["before"], told[0]["by"], told[0]["by_name"]) == (None, "user:lead-1", "Minh")
    [fair] = (await shop.sal.get("/orders/channels/fair/history")).json()["items"]
    assert fair["before"]["name"] == "Hội chợ"
