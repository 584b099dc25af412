"""What orders, shipping and the warehouse say about one order, and what the books answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2

from chassis.testing.harness import Harness
from contracts.inventory.v1 import Grade, InspectedLine, MoveKind, ReturnInspected, StockMoved
from contracts.money import Money
from contracts.orders.v1 import (
    CancelReason,
    OrderCancelled,
    OrderConfirmed,
    OrderLine,
    OrderPlaced,
    PaymentMethod,
    SuccessorOrder,
)
from contracts.party import Address, Contact
from contracts.shipping.v1 import (
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentHandedOver,
    ShipmentLost,
    ShipmentReturned,
    ShippedLine,
)

ACCOUNTANT = (
    "bank-transfers:read",
    "bank-transfers:write",
    "cod:read",
    "cod:write",
    "cod:approve",
    "vouchers:read",
    "vouchers:write",
    "rma:read",
    "rma:write",
    "rma:approve",
)
CONTACT = Contact(
    name="Nguyễn Thị Hoa",
    phone="+84901234567",
    address=Address(street="12 Hàng Gai", ward="Hàng Gai", province="Hà Nội"),
)


def dong(amount: int) -> Money:
    return Money(amount=amount)


@dataclass(kw_only=True)
class AnOrder:
    """One order with one parcel. ``goods`` are (amount with VAT, rate, quantity) per line."""

    goods: Sequence[tuple[int, int, int]] = ((470_000, 800, 1),)
    freight: int = 30_000
    paid: int = 0
    fee: int = 20_000
    carrier: str = "ghn"
    store_id: str | None = None
    code: str = field(default_factory=lambda: f"DH2511{uuid4().int % 10**8:08d}")
    tracking: str = field(default_factory=lambda: f"GHN{uuid4().int % 10**9:09d}")
    order_id: UUID = field(default_factory=uuid4)
    shipment_id: UUID = field(default_factory=uuid4)
    return_id: UUID = field(default_factory=uuid4)
    line_ids: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(9)])
    delivered_at: datetime = datetime(2025, 11, 21, 9, tzinfo=UTC)

    @property
    def total(self) -> int:
        return sum(amount for amount, _, _ in self.goods) + self.freight

    @property
    def cod(self) -> int:
        return self.total - self.paid

    def placed(self) -> OrderPlaced:
        return OrderPlaced(**self._terms())

    def confirmed(self) -> OrderConfirmed:
        return OrderConfirmed(**self._terms(), confirmed_at=datetime(2025, 11, 20, tzinfo=UTC))

    def cancelled(self) -> OrderCancelled:
        return OrderCancelled(
            order_id=self.order_id, code=self.code, reason=CancelReason.CHANGED_MIND, was_confirmed=True
        )

    def split_into(self, *heirs: tuple[AnOrder, int]) -> OrderCancelled:
        """Each heir with the share of what was paid that the order desk knew of."""
        return OrderCancelled(
            order_id=self.order_id,
            code=self.code,
            reason=CancelReason.OTHER,
            was_confirmed=True,
            became="split",
            replaced_by=tuple(
                SuccessorOrder(order_id=heir.order_id, code=heir.code, paid=dong(paid)) for heir, paid in heirs
            ),
        )

    def created(self) -> ShipmentCreated:
        return ShipmentCreated(
            order_id=self.order_id,
            code=self.code,
            shipment_id=self.shipment_id,
            carrier_id=self.carrier,
            carrier_name=self.carrier.upper(),
            service="standard",
            tracking=self.tracking,
            cod=dong(self.cod),
            fee=dong(self.fee),
        )

    def handed_over(self) -> ShipmentHandedOver:
        return ShipmentHandedOver(
            **self._travelling(),
            manifest_id=uuid4(),
            manifest_code="BG1",
            location_id="KHO",
            fee=dong(self.fee),
            weight_g=500,
        )

    def delivered(self) -> ShipmentDelivered:
        return ShipmentDelivered(**self._travelling(), delivered_at=self.delivered_at)

    def returned(self) -> ShipmentReturned:
        return ShipmentReturned(**self._travelling())

    def lost(self) -> ShipmentLost:
        return ShipmentLost(**self._travelling())

    def inspected(self, *quantities: int, grade: Grade = Grade.SELLABLE, return_id: UUID | None = None) -> Any:
        counted = quantities or tuple(quantity for _, _, quantity in self.goods)
        return ReturnInspected(
            order_id=self.order_id,
            return_id=return_id or self.return_id,
            shipment_id=self.shipment_id,
            location_id="KHO",
            lines=tuple(
                InspectedLine(line_id=line_id, sku=f"SKU-{place}", quantity=quantity, grade=grade)
                for place, (line_id, quantity) in enumerate(zip(self.line_ids, counted, strict=False))
                if quantity
            ),
            complete=True,
        )

    def _terms(self) -> dict[str, Any]:
        return {
            "order_id": self.order_id,
            "code": self.code,
            "channel": "website",
            "source": "web",
            "store_id": self.store_id,
            "contact": CONTACT,
            "lines": tuple(
                OrderLine(
                    line_id=line_id,
                    sku=f"SKU-{place}",
                    name="Áo len",
                    quantity=quantity,
                    unit_price=dong(amount // quantity),
                    amount=dong(amount),
                    vat_rate_bp=rate,
                )
                for place, (line_id, (amount, rate, quantity)) in enumerate(
                    zip(self.line_ids, self.goods, strict=False)
                )
            ),
            "freight": dong(self.freight),
            "discount": dong(0),
            "total": dong(self.total),
            "paid": dong(self.paid),
            "cod": dong(self.cod),
            "payment": PaymentMethod.COD,
            "placed_at": datetime(2025, 11, 20, tzinfo=UTC),
        }

    def _travelling(self) -> dict[str, Any]:
        return {
            "order_id": self.order_id,
            "code": self.code,
            "shipment_id": self.shipment_id,
            "parcel_id": uuid4(),
            "carrier_id": self.carrier,
            "tracking": self.tracking,
            "lines": tuple(
                ShippedLine(
                    line_id=line_id, sku=f"SKU-{place}", quantity=quantity, amount=dong(amount), vat_rate_bp=rate
                )
                for place, (line_id, (amount, rate, quantity)) in enumerate(
                    zip(self.line_ids, self.goods, strict=False)
                )
            ),
            "freight": dong(self.freight),
            "total": dong(self.total),
            "cod": dong(self.cod),
        }


def a_move(
    kind: MoveKind, value: int, quantity: int = 1, sku: str = "AO-L", order_id: UUID | None = None
) -> StockMoved:
    return StockMoved(
        move_id=uuid4(),
        sku=sku,
        location_id="KHO",
        kind=kind,
        quantity=quantity if value >= 0 else -quantity,
        value=dong(value),
        order_id=order_id,
    )


async def delivered(harness: Harness, *orders: AnOrder) -> None:
    """The orders up to the carrier's "delivered", topic by topic."""
    await harness.receives(*(order.confirmed() for order in orders))
    await harness.receives(*(order.created() for order in orders))
    await harness.receives(*(order.handed_over() for order in orders))
    await harness.receives(*(order.delivered() for order in orders))


async def balances(harness: Harness, order_id: UUID | None = None) -> dict[str, int]:
    """Account -> debits less credits, of everything or of one order; accounts at zero are left out."""
    rows = await harness.rows(
        "SELECT account, sum(amount)::bigint AS balance FROM journal_lines "
        "WHERE CAST(:order AS uuid) IS NULL OR order_id = :order GROUP BY account HAVING sum(amount) <> 0",
        order=order_id,
    )
    return {row["account"]: row["balance"] for row in rows}


def a_statement(*orders: AnOrder, reference: str = "GHN-1", **changed: Any) -> dict[str, Any]:
    """A JSON statement that agrees with the books, changed at the top level by keyword."""
    return {
        "carrier_id": orders[0].carrier,
        "reference": reference,
        "lines": [
            {"reference": f"{reference}-{place}", "tracking": order.tracking, "cod": order.cod, "fee": order.fee}
            for place, order in enumerate(orders)
        ],
    } | changed


def accountant(harness: Harness) -> httpx2.AsyncClient:
    return harness.client(permissions=ACCOUNTANT)


async def imported(client: httpx2.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/accounting/cod-statements", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
