"""Channels are a managed list (ORD-01)."""

from typing import Any

import pytest

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
