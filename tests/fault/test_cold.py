"""Each service starts and takes work in with nobody beside it: no other service, no gateway, no Kafka."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from shop import Shop, Stack, eventually, signed_in

from devkit.caller import Caller
from devkit.service_client import ask
from devkit.stack.health import health_of
from devkit.stack.own import OwnStack
from devkit.trouble import Trouble
from devkit.workspace import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EVERYBODY = ("gateway", "orders", "inventory", "shipping", "accounting", "crm")


class Alone:
    """Work for one service at a time, asked of it past the gateway; ``done`` maps each to what it answered."""

    def __init__(self, stack: Stack, sku: str) -> None:
        self.home, self.sku = stack.home, sku
        self.done: dict[str, Any] = {}

    async def orders(self) -> Any:
        order = json.loads((ROOT / "examples/order.json").read_text())
        order |= {"source": f"cold-{uuid4().hex[:6]}", "lines": [{"sku": self.sku, "quantity": 1}]}
        order["contact"]["phone"] = f"09{uuid4().int % 10**8:08d}"
        return await self._ask(
            "orders", "POST", "/orders", "orders:write", "order-status:write", "orders:read", body=order
        )

    async def inventory(self) -> Any:
        line = {"sku": self.sku, "quantity": 3, "unit_cost": 80_000}
        body = {"document": f"PN-{uuid4()}", "supplier": "May Sông Hồng", "location_id": "KHO", "lines": [line]}
        return await self._ask("inventory", "POST", "/inventory/receipts", "stock:write", body=body)

    async def shipping(self) -> Any:
        body = {"province": "Hà Nội", "weight_g": 500}
        return await self._ask("shipping", "POST", "/shipping/quotes", "carriers:read", body=body)

    async def accounting(self) -> Any:
        body = {"order_id": str(uuid4()), "amount": 50_000, "reference": f"FT-{uuid4()}"}
        return await self._ask("accounting", "POST", "/accounting/payments", "bank-transfers:write", body=body)

    async def crm(self) -> Any:
        return await self._ask("crm", "GET", "/crm/customers", "customers:read")

    async def gateway(self) -> Any:
        async with Caller.of(self.home, "sales") as sales:
            return await sales.get("/api/me")

    async def _ask(self, service: str, *words: str, body: Any = None) -> Any:
        return await asyncio.to_thread(ask, self.home, service, *words, body=body)


async def test_each_service_starts_and_takes_work_with_all_others_and_kafka_absent(tmp_path: Path) -> None:
    stack = Stack(OwnStack(tmp_path / "home"))
    stack.dev("up", "--detach")
    try:
        async with signed_in(stack.home, ("sales", "warehouse", "care")) as people:
            await one_after_the_other(stack, Shop(stack, people, "COLD"))
    finally:
        stack.dev("down")


async def one_after_the_other(stack: Stack, shop: Shop) -> None:
    alone = Alone(stack, await shop.product(stock=1))
    for name in (*EVERYBODY, "kafka"):
        await asyncio.to_thread(stack.dev, "stop", name)
    try:
        for name in EVERYBODY:
            await asyncio.to_thread(stack.dev, "start", name)
            await eventually(lambda name=name: asyncio.to_thread(health_of, stack.home, name), serves)
            alone.done[name] = await getattr(alone, name)()
            await asyncio.to_thread(stack.dev, "stop", name)
    finally:
        for name in ("kafka", *EVERYBODY):
            await asyncio.to_thread(stack.dev, "start", name)
    assert set(alone.done) == set(EVERYBODY)

    phone = alone.done["orders"]["contact"]["phone"]
    await eventually(lambda: customers(shop, phone), lambda found: len(found) == 1, patience=120)
    assert (await shop.stock(alone.sku))["on_hand"] == 4


def serves(roles: list[Any]) -> bool:
    """Its API answers, and consumer and relay are alive, waiting for Kafka."""
    api, *others = roles
    return bool(api.ready) and all(role.ready is not None for role in others)


async def customers(shop: Shop, phone: str) -> list[Any]:
    try:
        return list((await shop.care.get("/api/crm/customers", phone=phone))["items"])
    except Trouble:
        return []
