"""A store manager's rights end at the door of the store: in lists, single objects, commands and the event stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from intruder import Intruder
from shop import Shop, eventually

from devkit.caller import Refused

pytestmark = pytest.mark.capability("GWC-01")
MINE, OTHER = "CH1", "CH2"
"""The manager of the demo shop keeps the first."""


async def paid_order(shop: Shop, store: str, sku: str) -> dict[str, Any]:
    """An order of a store that was paid ahead, with a refund that is asked for."""
    order: dict[str, Any] = await shop.place({sku: 1}, store_id=store, payment="deposit")
    payment = {"order_id": order["id"], "amount": 100_000, "reference": f"FT-{order['code']}"}
    await shop.accountant.post("/api/accounting/payments", payment)
    await eventually(  # only then the accountants know whose store it is
        lambda: shop.accountant.get(f"/api/accounting/orders/{order['id']}"), lambda money: money["known"]
    )
    asked = {"order_id": order["id"], "amount": 10_000, "reason": "khách đổi ý"}
    refund = await shop.sales.post("/api/accounting/refunds", asked)
    return {**order, "refund": refund["id"]}


async def customer_of(shop: Shop, order: Mapping[str, Any]) -> str:
    page = await eventually(
        lambda: shop.care.get("/api/crm/customers", phone=order["contact"]["phone"]), lambda page: bool(page["items"])
    )
    return str(page["items"][0]["id"])


@pytest.fixture
async def both(shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    sku = await shop.product()
    mine, other = await paid_order(shop, MINE, sku), await paid_order(shop, OTHER, sku)
    return mine, other


async def test_lists_hold_the_own_store_only(shop: Shop, both: Any) -> None:
    mine, other = both
    refunds = [each["id"] async for each in shop.manager.all("/api/accounting/refunds")]
    assert mine["refund"] in refunds
    assert other["refund"] not in refunds
    levels = [each async for each in shop.manager.all("/api/inventory/stock")]
    assert levels
    assert {each["location_id"] for each in levels} == {MINE}
    moves = [each async for each in shop.manager.all("/api/inventory/moves")]
    assert moves
    assert {each["location_id"] for each in moves} == {MINE}
    customers = {await customer_of(shop, mine): True, await customer_of(shop, other): False}
    listed = {each["id"] async for each in shop.manager.all("/api/crm/customers")}
    assert {customer: customer in listed for customer in customers} == customers


async def test_naming_anothers_object_finds_nothing(shop: Shop, both: Any) -> None:
    mine, other = both
    foreign = await customer_of(shop, other)
    assert (await shop.manager.get(f"/api/accounting/refunds/{mine['refund']}"))["id"] == mine["refund"]
    assert await shop.manager.get(f"/api/crm/customers/{await customer_of(shop, mine)}")
    for path in (
        f"/api/accounting/refunds/{other['refund']}",
        f"/api/crm/customers/{foreign}",
        f"/api/crm/customers/{foreign}/orders",
        f"/api/crm/customers/{foreign}/points",
    ):
        with pytest.raises(Refused) as refused:
            await shop.manager.get(path)
        assert refused.value.status in (403, 404), path
    filtered = await shop.manager.get("/api/inventory/stock", location=OTHER)
    assert filtered["items"] == []


async def test_a_command_reaches_the_own_store_only(shop: Shop, both: Any) -> None:
    mine, other = both
    for path, body in (
        (f"/api/accounting/refunds/{other['refund']}/approve", {}),
        (f"/api/accounting/refunds/{other['refund']}/reject", {"reason": "không"}),
        ("/api/accounting/refunds", {"order_id": other["id"], "amount": 1_000, "reason": "của người khác"}),
    ):
        with pytest.raises(Refused) as refused:
            await shop.manager.post(path, body)
        assert refused.value.status in (403, 404), path
    assert (await shop.accountant.get(f"/api/accounting/refunds/{other['refund']}"))["state"] == "requested"
    approved = await shop.manager.post(f"/api/accounting/refunds/{mine['refund']}/approve", {})
    assert approved["state"] == "approved"


async def test_the_event_stream_tells_of_the_own_store_only(
    intruder: Intruder, tokens: Mapping[str, str], shop: Shop
) -> None:
    heard: list[dict[str, Any]] = []
    ready, told = asyncio.Event(), asyncio.Event()
    sku = await shop.product()

    async def listen() -> None:
        headers = {"Authorization": f"Bearer {tokens['SM']}"}
        async with (
            httpx2.AsyncClient(base_url=intruder.gateway, headers=headers, timeout=90) as client,
            client.stream("GET", "/api/events") as stream,
        ):
            async for line in stream.aiter_lines():
                ready.set()
                if line.startswith("data: {"):
                    heard.append(json.loads(line.removeprefix("data: ")))
                    if MINE in heard[-1].get("stores", ()):
                        told.set()

    listening = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(90):
            await ready.wait()
            for store in (OTHER, MINE):  # what is told of the second comes after what would be told of the first
                body = {
                    "document": f"PN-{shop.tag}-{store}", "supplier": "May", "location_id": store,
                    "lines": [{"sku": sku, "quantity": 1, "unit_cost": 1000}],
                }  # fmt: skip
                await shop.warehouse.post("/api/inventory/receipts", body)
                await eventually(lambda store=store: shop.stock(sku, store), lambda level: level["on_hand"] == 1)
            await told.wait()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    about = [each for each in heard if each.get("object") == "stock"]  # orders a manager sees of every store
    assert about
    assert all(MINE in each["stores"] for each in about)
