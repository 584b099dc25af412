"""Customer care on a database of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from chassis.testing import Harness
from contracts.inventory.v1 import Grade, InspectedLine, ReturnInspected
from contracts.money import Money
from contracts.orders.v1 import CancelReason, OrderCancelled, OrderLine, OrderPlaced, PaymentMethod
from contracts.party import Address, Contact
from contracts.shipping.v1 import ShipmentDelivered, ShipmentReturned, ShippedLine
from crm.main import service

NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)
HOA = "+84901234567"
CARE = ("customers:read", "customers:delete", "blacklist:write")


@pytest.fixture
async def crm(harness_for: Callable[..., Awaitable[Harness]]) -> Harness:
    harness = await harness_for(service)
    harness.now = NOON
    return harness


@pytest.fixture
def care(crm: Harness) -> httpx2.AsyncClient:
    return crm.client(permissions=CARE)


class AnOrder:
    """The facts of one order: two units at 100,000 and freight of 30,000, unless told otherwise."""

    def __init__(self, phone: str = HOA, *, quantity: int = 2, amount: int = 200_000, **terms: Any) -> None:
        self.id, self.line, self.shipment, self.parcel = uuid4(), uuid4(), uuid4(), uuid4()
        self.phone, self.quantity, self.amount, self.terms = phone, quantity, amount, terms

    def placed(self) -> OrderPlaced:
        terms = {"channel": "website", "source": "web", "placed_at": NOON, "name": "Nguyễn Thị Hoa"} | self.terms
        name = terms.pop("name")
        total = Money(amount=self.amount + 30_000)
        address = Address(street="12 Lê Lợi", ward="Sài Gòn", province="Hồ Chí Minh")
        line = OrderLine(
            line_id=self.line, sku="AO-L", name="Áo", quantity=self.quantity,
            unit_price=Money(amount=self.amount // self.quantity), amount=Money(amount=self.amount),
        )  # fmt: skip
        return OrderPlaced(
            order_id=self.id, code=f"DH{self.id.hex[:8]}",
            contact=Contact(name=name, phone=self.phone, address=address), lines=(line,),
            freight=Money(amount=30_000), discount=Money.zero(), total=total, paid=Money.zero(), cod=total,
            payment=PaymentMethod.COD, **terms,
        )  # fmt: skip

    def merged(self) -> OrderCancelled:
        return self.cancelled().model_copy(update={"became": "merged"})

    def cancelled(self) -> OrderCancelled:
        return OrderCancelled(order_id=self.id, code="DH", reason=CancelReason.PRICE, was_confirmed=False)

    def delivered(self) -> ShipmentDelivered:
        return ShipmentDelivered(**self._travelling(), delivered_at=NOON)

    def brought_back(self) -> ShipmentReturned:
        return ShipmentReturned(**self._travelling())

    def inspected(
        self, grade: Grade = Grade.SELLABLE, quantity: int = 1, return_id: UUID | None = None
    ) -> ReturnInspected:
        line = InspectedLine(line_id=self.line, sku="AO-L", quantity=quantity, grade=grade)
        return ReturnInspected(
            order_id=self.id, return_id=return_id or uuid4(), shipment_id=self.shipment, location_id="KHO",
            lines=(line,), complete=quantity == self.quantity,
        )  # fmt: skip

    def _travelling(self) -> dict[str, Any]:
        line = ShippedLine(line_id=self.line, sku="AO-L", quantity=self.quantity, amount=Money(amount=self.amount))
        total = Money(amount=self.amount + 30_000)
        return {
            "order_id": self.id, "code": "DH", "shipment_id": self.shipment, "parcel_id": self.parcel,
            "carrier_id": "ghn", "tracking": "GHN1", "lines": (line,), "freight": Money(amount=30_000),
            "total": total, "cod": total,
        }  # fmt: skip


@pytest.fixture
def an_order() -> type[AnOrder]:
    return AnOrder
