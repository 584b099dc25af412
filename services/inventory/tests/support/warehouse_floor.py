"""The warehouse as its neighbours and its people use it: events of orders and shipping, and the HTTP API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

from chassis.testing import Harness
from contracts import Address, Contact, Event, Money
from contracts.orders.v1 import (
    CancelReason,
    OrderCancelled,
    OrderCancelRequested,
    OrderChanged,
    OrderConfirmed,
    OrderLine,
    OrderReleased,
    PaymentMethod,
)
from contracts.shipping.v1 import (
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentHandedOver,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
    ShippedLine,
)
from inventory.application.announce_stock import announce_stock
from inventory.application.serve_queue import serve_woken

NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)
"""Noon in Hồ Chí Minh City."""
WH = (
    "stock:read",
    "stock:write",
    "products:read",
    "products:write",
    "picking:read",
    "picking:write",
    "return-goods:read",
    "return-goods:write",
)
E = TypeVar("E", bound=Event)
_numbers = count(1)


@dataclass(kw_only=True)
class Order:
    """An order as orders and shipping would tell of it."""

    goods: Sequence[tuple[str, int]]
    placed_at: datetime
    id: UUID = field(default_factory=uuid4)
    code: str = field(default_factory=lambda: f"DH251122{next(_numbers):04d}")
    shipment_id: UUID = field(default_factory=uuid4)
    tracking: str = field(default_factory=lambda: f"VN{next(_numbers):08d}")
    store_id: str | None = None
    note: str | None = None
    street: str = "12 Hàng Bạc"
    lines: tuple[OrderLine, ...] = ()

    def __post_init__(self) -> None:
        self.lines = tuple(
            OrderLine(
                line_id=uuid4(),
                sku=sku,
                name=sku,
                quantity=units,
                unit_price=Money(amount=100_000),
                amount=Money(amount=100_000 * units),
            )
            for sku, units in self.goods
        )

    def line(self, sku: str) -> UUID:
        return next(line.line_id for line in self.lines if line.sku == sku)

    def confirmed(self) -> OrderConfirmed:
        return OrderConfirmed(**self._terms(), confirmed_at=self.placed_at + timedelta(minutes=5))

    def changed(self, *what: str, confirmed: bool = True) -> OrderChanged:
        return OrderChanged(**self._terms(), confirmed=confirmed, changed=what)

    def released(self, hold: datetime | None = None) -> OrderReleased:
        return OrderReleased(order_id=self.id, code=self.code, reserved_at=hold)

    def cancel_requested(self) -> OrderCancelRequested:
        return OrderCancelRequested(order_id=self.id, code=self.code, reason=CancelReason.CHANGED_MIND)

    def cancelled(self, *, was_confirmed: bool = True) -> OrderCancelled:
        return OrderCancelled(
            order_id=self.id, code=self.code, reason=CancelReason.CHANGED_MIND, was_confirmed=was_confirmed
        )

    def shipment_created(self) -> ShipmentCreated:
        return ShipmentCreated(
            order_id=self.id,
            code=self.code,
            shipment_id=self.shipment_id,
            carrier_id="GHN",
            carrier_name="Giao Hàng Nhanh",
            service="standard",
            tracking=self.tracking,
            cod=Money(amount=0),
            fee=Money(amount=25_000),
        )

    def handed_over(
        self, parcel_id: UUID, *, location_id: str = "KHO", units: Mapping[str, int] | None = None
    ) -> ShipmentHandedOver:
        return ShipmentHandedOver(
            **self._travelling(parcel_id, units),
            manifest_id=uuid4(),
            manifest_code="BG2511220001",
            location_id=location_id,
            fee=Money(amount=25_000),
            weight_g=500,
        )

    def delivered(self, parcel_id: UUID) -> ShipmentDelivered:
        return ShipmentDelivered(**self._travelling(parcel_id), delivered_at=NOON)

    def returning(self, parcel_id: UUID) -> ShipmentReturning:
        return ShipmentReturning(**self._travelling(parcel_id), reason="refused")

    def returned(self, parcel_id: UUID) -> ShipmentReturned:
        return ShipmentReturned(**self._travelling(parcel_id))

    def lost(self, parcel_id: UUID) -> ShipmentLost:
        return ShipmentLost(**self._travelling(parcel_id))

    def _terms(self) -> dict[str, Any]:
        total = Money.total(line.amount for line in self.lines)
        return {
            "order_id": self.id,
            "code": self.code,
            "channel": "website",
            "source": "website",
            "store_id": self.store_id,
            "contact": Contact(
                name="Nguyễn Thị Lan",
                phone="+84901234567",
                address=Address(street=self.street, ward="Hoàn Kiếm", province="Hà Nội"),
            ),
            "lines": self.lines,
            "freight": Money(amount=0),
            "discount": Money(amount=0),
            "total": total,
            "paid": Money(amount=0),
            "cod": total,
            "payment": PaymentMethod.COD,
            "note": self.note,
            "placed_at": self.placed_at,
        }

    def _travelling(self, parcel_id: UUID, units: Mapping[str, int] | None = None) -> dict[str, Any]:
        lines = [
            ShippedLine(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.quantity if units is None else units[line.sku],
                amount=line.amount,
            )
            for line in self.lines
            if units is None or line.sku in units
        ]
        total = Money.total(line.amount for line in lines)
        return {
            "order_id": self.id,
            "code": self.code,
            "shipment_id": self.shipment_id,
            "parcel_id": parcel_id,
            "carrier_id": "GHN",
            "tracking": self.tracking,
            "lines": tuple(lines),
            "freight": Money(amount=0),
            "total": total,
            "cod": total,
        }


class Floor:
    """The warehouse, and short words for what happens in it."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.staff = harness.client(permissions=WH, subject="wh-1", name="Kho Minh")
        self._documents = count(1)

    def order(self, goods: Mapping[str, int] | Sequence[tuple[str, int]], *, minute: int = 0, **more: Any) -> Order:
        """An order placed so many minutes after (or before) noon."""
        lines = list(goods.items()) if isinstance(goods, Mapping) else list(goods)
        return Order(goods=lines, placed_at=NOON + timedelta(minutes=minute), **more)

    async def sells(self, *skus: str, **more: Any) -> None:
        """Products of 200 g each, their barcode is ``B-<sku>``."""
        for sku in skus:
            body = {"sku": sku, "name": f"Hàng {sku}", "price": 100_000, "weight_g": 200, "barcode": f"B-{sku}"} | more
            answer = await self.staff.post("/inventory/products", json=body)
            assert answer.status_code == 201, answer.text

    async def gets(self, goods: Mapping[str, int], *, at: str = "KHO", cost: int = 50_000) -> None:
        """A lot arrives."""
        lines = [{"sku": sku, "quantity": units, "unit_cost": cost} for sku, units in goods.items()]
        body = {"document": f"PN{next(self._documents)}", "supplier": "Xưởng may", "location_id": at, "lines": lines}
        answer = await self.staff.post("/inventory/receipts", json=body)
        assert answer.status_code == 201, answer.text

    async def has(self, goods: Mapping[str, int], *, at: str = "KHO", cost: int = 50_000) -> None:
        """Products, and a lot of each."""
        await self.sells(*goods)
        await self.gets({sku: units for sku, units in goods.items() if units}, at=at, cost=cost)

    async def hears(self, *events: Event, **more: Any) -> None:
        await self.harness.receives(*events, **more)

    async def confirms(self, *orders: Order) -> None:
        await self.hears(*(order.confirmed() for order in orders))

    async def said(self, *kinds: type[E]) -> list[E]:
        return await self.harness.published(*kinds)

    async def starts(self, *orders: Order, **body: Any) -> dict[str, Any]:
        """A wave of these orders, or of whatever is free."""
        asked = {"order_ids": [str(order.id) for order in orders]} if orders else {}
        answer = await self.staff.post("/inventory/waves", json=asked | body)
        assert answer.status_code == 201, answer.text
        wave: dict[str, Any] = answer.json()
        return wave

    async def parcel_of(self, order: Order) -> dict[str, Any]:
        """The newest parcel of the order."""
        answer = await self.staff.get("/inventory/parcels", params={"order_id": str(order.id)})
        parcel: dict[str, Any] = answer.json()["items"][-1]
        return parcel

    async def packs(self, order: Order, **more: Any) -> Any:
        """Scans everything the order has and weighs what is expected."""
        parcel = await self.parcel_of(order)
        scans = [{"sku": line["sku"], "quantity": line["quantity"]} for line in parcel["lines"]]
        body = {"scans": scans, "weight_g": parcel["expected_weight_g"] or 500} | more
        return await self.staff.post(f"/inventory/parcels/{parcel['id']}/pack", json=body)

    async def ships(self, *orders: Order) -> list[UUID]:
        """Waves, packs and hands over; the parcels."""
        await self.starts(*orders)
        packed = [await self.packs(order) for order in orders]
        parcels = [answer.json() for answer in packed if answer.status_code == 200]
        await self.hears(
            *(
                order.handed_over(UUID(parcel["id"]), location_id=parcel["location_id"])
                for order, parcel in zip(orders, parcels, strict=True)
            )
        )
        return [UUID(parcel["id"]) for parcel in parcels]

    async def level(self, sku: str, at: str = "KHO") -> tuple[int, int, int]:
        """On hand, reserved, defective."""
        rows = await self.harness.rows(
            "SELECT on_hand, reserved, defective FROM stock_levels WHERE sku = :sku AND location_id = :at",
            sku=sku,
            at=at,
        )
        return tuple(rows[0].values()) if rows else (0, 0, 0)

    async def worth(self, sku: str) -> tuple[int, int]:
        """Units and value of all locations."""
        rows = await self.harness.rows("SELECT quantity, value FROM stock_worths WHERE sku = :sku", sku=sku)
        return tuple(rows[0].values()) if rows else (0, 0)

    async def holds(self) -> dict[UUID, tuple[str, str | None]]:
        """Order -> state and location, of all live holds."""
        rows = await self.harness.rows("SELECT order_id, state, location_id FROM holds")
        return {row["order_id"]: (row["state"], row["location_id"]) for row in rows}

    async def looks_at_woken_queues(self) -> int:
        async with self.harness.uow() as uow:
            return await serve_woken(uow, limit=100)

    async def tells_stock(self) -> int:
        async with self.harness.uow() as uow:
            return await announce_stock(uow, limit=100)

    async def adds_up(self) -> None:
        """What must hold after every commit, whatever happened: levels are the sums of moves, reserved are the live
        holds, worths are the sums of values."""
        assert await self.harness.rows(_LEVELS_AND_MOVES) == []
        assert await self.harness.rows(_RESERVED_AND_HOLDS) == []
        assert await self.harness.rows(_WORTHS_AND_MOVES) == []
        assert await self.harness.rows("SELECT * FROM stock_levels WHERE reserved > on_hand OR reserved < 0") == []
        assert list(await self.harness.dead_letters()) == []


_LEVELS_AND_MOVES = """
    SELECT * FROM (SELECT sku, location_id, on_hand, defective FROM stock_levels WHERE on_hand <> 0 OR defective <> 0) v
    FULL JOIN (SELECT sku, location_id, sum(on_hand) AS moved, sum(defective) AS spoiled FROM stock_moves
               GROUP BY sku, location_id HAVING sum(on_hand) <> 0 OR sum(defective) <> 0) m USING (sku, location_id)
    WHERE v.on_hand IS DISTINCT FROM m.moved OR v.defective IS DISTINCT FROM m.spoiled
"""
_RESERVED_AND_HOLDS = """
    SELECT * FROM (SELECT sku, location_id, reserved FROM stock_levels WHERE reserved <> 0) v
    FULL JOIN (SELECT l.sku, h.location_id, sum(l.quantity) AS held FROM holds h JOIN hold_lines l USING (order_id)
               WHERE h.state = 'held' GROUP BY l.sku, h.location_id) h USING (sku, location_id)
    WHERE v.reserved IS DISTINCT FROM h.held
"""
_WORTHS_AND_MOVES = """
    SELECT * FROM (SELECT sku, quantity, value FROM stock_worths WHERE quantity <> 0 OR value <> 0) w
    FULL JOIN (SELECT sku, sum(on_hand + defective) AS moved, sum(value) AS valued FROM stock_moves
               GROUP BY sku HAVING sum(on_hand + defective) <> 0 OR sum(value) <> 0) m USING (sku)
    WHERE w.quantity IS DISTINCT FROM m.moved OR w.value IS DISTINCT FROM m.valued
"""
