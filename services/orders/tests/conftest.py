"""The order desk on a database of its own, with a small shop around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from chassis.testing import Harness
from contracts.crm.v1 import CustomerChanged
from contracts.inventory.v1 import ProductChanged, StockChanged, StockLevel
from contracts.money import Money
from contracts.shipping.v1 import ShippedLine
from orders.main import service

NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)
SAL = ("orders:read", "orders:write", "order-status:write")
LEAD = (*SAL, "orders:delete", "blacklist:write", "settings:write")

BODY: dict[str, Any] = {
    "channel": "website",
    "contact": {
        "name": "Nguyễn Thị Lan",
        "phone": "0901 234 567",
        "address": {"street": "12 Hàng Bạc", "ward": "Hoàn Kiếm", "province": "Hà Nội"},
    },
    "lines": [{"sku": "AO-L", "quantity": 2}],
    "freight": {"amount": 30000},
}


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``before`` with ``changes``, nested mappings merged."""
    result = deepcopy(dict(before))
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result


class Shop:
    """The desk in a shop that sells AO-L (150,000), AO-M (150,000) and MU-01 (50,000); it is noon of 22 Nov. 2025."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.sal = harness.client(permissions=SAL, subject="sal-1", name="Hoa")
        self.lead = harness.client(permissions=LEAD, subject="lead-1", name="Minh")

    async def opens(self) -> None:
        self.harness.now = NOON
        goods = {"AO-L": ("Áo thun L", 150_000), "AO-M": ("Áo thun M", 150_000), "MU-01": ("Mũ", 50_000)}
        await self.harness.receives(
            *(
                ProductChanged(sku=sku, name=name, price=Money(amount=price), weight_g=200, vat_rate_bp=800)
                for sku, (name, price) in goods.items()
            )
        )

    async def has_in_stock(self, sku: str, available: int) -> None:
        level = StockLevel(location_id="KHO", on_hand=available, reserved=0, available=available)
        await self.harness.receives(StockChanged(sku=sku, levels=(level,), available=available))

    async def blacklists(self, phone: str, *, listed: bool = True, id: UUID | None = None) -> UUID:
        id = id or uuid4()
        await self.harness.receives(CustomerChanged(customer_id=id, phone=phone, blacklisted=listed))
        return id

    @staticmethod
    def body(**changes: Any) -> dict[str, Any]:
        """A body for ``POST /orders`` that is right but for ``changes``."""
        return merged(BODY, changes)

    async def asks(self, **changes: Any) -> httpx2.Response:
        return await self.sal.post("/orders", json=self.body(**changes))

    async def places(self, **changes: Any) -> dict[str, Any]:
        answer = await self.asks(**changes)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    async def confirms(self, order: Mapping[str, Any]) -> dict[str, Any]:
        called = await self.sal.post(f"/orders/{order['id']}/calls", json={"outcome": "answered"})
        assert called.status_code == 200, called.text
        answer = await self.sal.post(f"/orders/{order['id']}/confirm")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def sells(self, **changes: Any) -> dict[str, Any]:
        """A confirmed order; what was said until now is forgotten."""
        order = await self.confirms(await self.places(**changes))
        await self.harness.forget_published()
        return order

    async def sees(self, order: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self.sal.get(f"/orders/{order['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def does(self, order: Mapping[str, Any], command: str, **body: Any) -> httpx2.Response:
        return await self.sal.post(f"/orders/{order['id']}/{command}", json=body)

    @staticmethod
    def travelling(order: Mapping[str, Any], shipment_id: UUID | None = None) -> dict[str, Any]:
        """The fields that every fact of the road repeats."""
        return {
            "order_id": UUID(order["id"]),
            "code": order["code"],
            "shipment_id": shipment_id or UUID(int=7),
            "parcel_id": UUID(int=8),
            "carrier_id": "ghn",
            "tracking": "GHN0001",
            "lines": tuple(
                ShippedLine(
                    line_id=UUID(line["line_id"]),
                    sku=line["sku"],
                    quantity=line["quantity"],
                    amount=Money(**line["amount"]),
                )
                for line in order["lines"]
            ),
            "freight": Money(**order["freight"]),
            "total": Money(**order["total"]),
            "cod": Money(**order["cod"]),
        }


@pytest.fixture
async def shop(harness_for: Callable[..., Awaitable[Harness]]) -> Shop:
    shop = Shop(await harness_for(service))
    await shop.opens()
    return shop
