"""What system tests say: goods, orders, parcels and carriers, in the words of the shop, over the gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from devkit.caller import Caller, Refused
from devkit.stack.home import Home
from devkit.stack.own import OwnStack

T = TypeVar("T")
PATIENCE = 60.0


async def eventually(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, patience: float = PATIENCE) -> T:
    """Ask until the answer suits; fails with the last answer."""
    deadline = time.monotonic() + patience
    while not holds(answer := await ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {patience:.0f} s"
        await asyncio.sleep(0.1)
    return answer


@dataclass(frozen=True)
class Stack:
    """A running platform."""

    own: OwnStack

    @property
    def home(self) -> Home:
        return self.own.home

    def dev(self, *words: str) -> str:
        """Run a command of ``./dev`` against it; its output. A failure shows it whole."""
        done = self.own.dev(*words)
        assert done.returncode == 0, f"./dev {' '.join(words)}:\n{done.stdout[-6000:]}{done.stderr[-3000:]}"
        return done.stdout

    def move_clock(self, by: timedelta) -> None:
        """Shift the business time of all processes; leases, tokens and timeouts do not move."""
        Path(self.own.env["GANH_CLOCK_FILE"]).write_text(str(by.total_seconds()))

    def database_url(self, service: str) -> str:
        """With that service's own login."""
        for line in (self.home.env / f"{service}.env").read_text().splitlines():
            name, _, value = line.partition("=")
            if name == f"{service.upper()}_DATABASE_URL":
                return value.strip("'\"")
        raise LookupError(service)


@asynccontextmanager
async def signed_in(home: Home, roles: Iterable[str]) -> AsyncIterator[dict[str, Caller]]:
    """One caller per role of the demo shop, signed in when first used."""
    async with AsyncExitStack() as open_:
        yield {role: await open_.enter_async_context(Caller.of(home, role)) for role in roles}


@dataclass
class Shop:
    """``tag`` is in every SKU and name of one test."""

    stack: Stack
    people: Mapping[str, Caller]
    tag: str
    _phones: int = field(default=0)
    _scans: int = field(default=0)

    def __getattr__(self, role: str) -> Caller:
        try:
            return self.people[role]
        except KeyError:
            raise AttributeError(role) from None

    async def product(
        self, name: str = "AO-L", *, stock: int = 0, price: int = 200_000, cost: int = 80_000, weight_g: int = 200
    ) -> str:
        """A SKU of this test, with stock in the warehouse; known at the order desk when this returns."""
        sku = f"{self.tag}-{name}"
        barcode = f"{uuid4().int % 10**13:013d}"
        body = {
            "sku": sku,
            "name": f"Áo {name}",
            "barcode": barcode,
            "price": price,
            "weight_g": weight_g,
            "vat_rate_bp": 800,
        }
        await self.warehouse.post("/api/inventory/products", body)
        if stock:
            await self.receive({sku: stock}, cost=cost)
        await eventually(lambda: self._desk_knows(sku), bool)
        return sku

    async def _desk_knows(self, sku: str) -> bool:
        """An order without a buyer is refused for every reason there is; unknown goods would be one of them."""
        with pytest.raises(Refused) as refused:
            await self.sales.post("/api/orders", {"source": self.tag, "lines": [{"sku": sku, "quantity": 1}]})
        return not any("sku" in (error["pointer"] or "") for error in refused.value.problem["errors"])

    async def receive(self, goods: Mapping[str, int], *, cost: int = 80_000, document: str | None = None) -> Any:
        lines = [{"sku": sku, "quantity": units, "unit_cost": cost} for sku, units in goods.items()]
        body = {
            "document": document or f"PN-{uuid4()}",
            "supplier": "May Sông Hồng",
            "location_id": "KHO",
            "lines": lines,
        }
        return await self.warehouse.post("/api/inventory/receipts", body)

    def phone(self) -> str:
        """Of somebody who never bought here."""
        self._phones += 1
        return f"09{uuid4().int % 10**8:08d}"

    def order_body(self, goods: Mapping[str, int], **changes: Any) -> dict[str, Any]:
        contact = {
            "name": "Nguyễn Thị Hoa",
            "phone": changes.pop("phone", None) or self.phone(),
            "address": {"street": "12 Lê Lợi", "ward": "Phường Sài Gòn", "province": "Hồ Chí Minh"},
        }
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in goods.items()]
        return {
            "external_id": f"{self.tag}-{uuid4()}", "source": self.tag, "channel": "website", "contact": contact,
            "lines": lines, "freight": 30_000, **changes,
        }  # fmt: skip

    async def place(self, goods: Mapping[str, int], **changes: Any) -> Any:
        return await self.sales.post("/api/orders", self.order_body(goods, **changes))

    async def confirm(self, order: Mapping[str, Any]) -> Any:
        """After a logged call, as the rule says."""
        await self.sales.post(f"/api/orders/{order['id']}/calls", {"outcome": "answered"})
        return await self.sales.post(f"/api/orders/{order['id']}/confirm", {})

    async def order(self, order: Mapping[str, Any]) -> Any:
        return await self.sales.get(f"/api/orders/{order['id']}")

    async def reaches(self, order: Mapping[str, Any], status: str) -> Any:
        return await eventually(lambda: self.order(order), lambda now: now["status"] == status)

    async def stock(self, sku: str, location: str = "KHO") -> Any:
        """The level there; zeros if the SKU never was there."""
        page = await self.warehouse.get("/api/inventory/stock", sku=sku, location=location)
        none = {"on_hand": 0, "reserved": 0, "available": 0, "defective": 0}
        return page["items"][0] if page["items"] else none

    async def shipment(self, order: Mapping[str, Any]) -> Any:
        """The order's shipment, once there is one."""
        page = await eventually(
            lambda: self.shipping.get("/api/shipping/shipments", order_id=order["id"]), lambda page: bool(page["items"])
        )
        return page["items"][0]

    async def placed_and_shippable(self, goods: Mapping[str, int], **changes: Any) -> Any:
        """An order that is confirmed, held, and has its tracking number."""
        order = await self.place(goods, **changes)
        await self.confirm(order)
        await self.shipment(order)
        return await self.order(order)

    async def wave(self, *orders: Mapping[str, Any]) -> Any:
        return await self.warehouse.post("/api/inventory/waves", {"order_ids": [order["id"] for order in orders]})

    async def pack(self, parcel: Mapping[str, Any], **changes: Any) -> Any:
        """Every item scanned, the expected weight measured."""
        scans = [{"sku": line["sku"], "quantity": line["quantity"]} for line in parcel["lines"]]
        body = {"scans": scans, "weight_g": parcel["expected_weight_g"], **changes}
        return await self.warehouse.post(f"/api/inventory/parcels/{parcel['id']}/pack", body)

    async def packed(self, *orders: Mapping[str, Any]) -> None:
        """Pick and pack these orders; shipping knows it when this returns."""
        for parcel in (await self.wave(*orders))["orders"]:
            await self.pack(parcel)
        for order in orders:
            await self.reaches(order, "awaiting_handover")
            await eventually(partial(self.shipment, order), lambda made: made["status"] == "awaiting_pickup")

    async def manifest(self, *orders: Mapping[str, Any]) -> Any:
        """An open manifest with the shipments of these orders, all of one carrier."""
        shipments = [await self.shipment(order) for order in orders]
        body = {"carrier_id": shipments[0]["carrier_id"], "shipment_ids": [shipment["id"] for shipment in shipments]}
        return await self.shipping.post("/api/shipping/manifests", body)

    async def sign(self, manifest: Mapping[str, Any]) -> Any:
        return await self.shipping.post(f"/api/shipping/manifests/{manifest['id']}/sign", {"received_by": "Tài xế"})

    async def handed_over(self, *orders: Mapping[str, Any]) -> None:
        await self.packed(*orders)
        await self.sign(await self.manifest(*orders))
        for order in orders:
            await self.reaches(order, "handed_over")

    async def scan(self, order: Mapping[str, Any], *statuses: str) -> Any:
        """The carrier reports these, one after the other; the answers."""
        tracking = (await self.shipment(order))["tracking"]
        scans = []
        for status in statuses:
            self._scans += 1
            at = datetime.now(UTC) + timedelta(milliseconds=self._scans)
            scans.append({"tracking": tracking, "status": status, "at": at.isoformat()})
        return (await self.shipping.post("/api/shipping/scans", {"scans": scans}))["results"]

    async def delivered(self, *orders: Mapping[str, Any]) -> None:
        await self.handed_over(*orders)
        for order in orders:
            await self.scan(order, "picked_up", "in_transit", "delivered")
            await self.reaches(order, "delivered")
