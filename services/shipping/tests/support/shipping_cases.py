"""What tests of shipping begin with: a carrier, an order's terms, a parcel, scans, and other services' events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.testing import Harness
from contracts.inventory.v1 import HeldLine, ParcelPacked, StockReserved
from contracts.money import Money
from contracts.orders.v1 import (
    CancelReason,
    OrderCancelRequested,
    OrderChanged,
    OrderConfirmed,
    OrderLine,
    OrderReleased,
    PaymentMethod,
)
from contracts.party import Address, Contact
from shipping.domain.carrier import Carrier, Service, Zone
from shipping.domain.quotes import Quote
from shipping.domain.scans import Scan, ScanStatus
from shipping.domain.shipment import Shipment
from shipping.domain.terms import Line, Parcel, Receiver, Terms

NOON = datetime(2025, 11, 22, 5, 0, tzinfo=UTC)
"""Noon of a Saturday in Viet Nam."""
EVERYTHING = (
    "carriers:read",
    "carriers:write",
    "waybills:read",
    "waybills:write",
    "waybills:delete",
    "tracking:read",
    "tracking:write",
)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def a_carrier(id: str = "ghn", *, fee: int = 30_000, provinces: frozenset[str] = frozenset(), **rest: Any) -> Carrier:
    zone = Zone(provinces=provinces, first_g=500, first_fee=fee, step_g=500, step_fee=5_000)
    service = Service(code="standard", name="Chuẩn", zones=(zone,))
    return Carrier(**{"id": id, "name": id.upper(), "services": (service,)} | rest)


def terms(**changed: Any) -> Terms:
    line = Line(line_id=uuid4(), sku="AO-L", name="Áo L", quantity=2, amount=300_000, weight_g=250)
    return Terms(
        **{
            "code": "DH2511220001",
            "receiver": receiver(),
            "lines": (line,),
            "freight": 30_000,
            "total": 330_000,
            "cod": 330_000,
        }
        | changed
    )


def receiver(**changed: Any) -> Receiver:
    return Receiver(
        **{
            "name": "Nguyễn Thị Hoa",
            "phone": "+84901234567",
            "street": "12 Lê Lợi",
            "ward": "Bến Thành",
            "province": "Hồ Chí Minh",
        }
        | changed
    )


def a_parcel(weight_g: int = 600) -> Parcel:
    return Parcel(id=uuid4(), location_id="KHO", weight_g=weight_g)


def a_shipment(*, packed: bool = True, **changed: Any) -> Shipment:
    agreed = changed.pop("terms", None) or terms()
    shipment = Shipment.make(
        id=uuid4(),
        order_id=uuid4(),
        terms=agreed,
        terms_sequence=1,
        quote=Quote(carrier_id="ghn", carrier_name="GHN", service="standard", service_name="Chuẩn", fee=30_000),
        tracking=f"GHN{uuid4().int % 10**9:09d}",
        parcel=a_parcel() if packed else None,
        at=NOON,
    )
    for name, value in changed.items():
        setattr(shipment, name, value)
    shipment.collect()
    return shipment


def on_the_road(**changed: Any) -> Shipment:
    shipment = a_shipment(**changed)
    shipment.hand_over(manifest_id=uuid4(), manifest_code="BB251122001", weight_g=600, fee=30_000, at=NOON)
    shipment.collect()
    return shipment


def a_scan(status: ScanStatus | str, hours: float = 1, **changed: Any) -> Scan:
    meaning = ScanStatus(status)
    return Scan(
        **{"id": uuid4(), "tracking": "GHN1", "carrier_id": "ghn", "said": meaning, "status": meaning, "at": at(hours)}
        | changed
    )


# --- What other services say


def contact(province: str = "Hồ Chí Minh", **changed: Any) -> Contact:
    address = Address(street="12 Lê Lợi", ward="Bến Thành", province=province)
    return Contact(**{"name": "Nguyễn Thị Hoa", "phone": "+84901234567", "address": address} | changed)


def _agreed(order_id: UUID | None, changed: dict[str, Any]) -> dict[str, Any]:
    line = OrderLine(
        line_id=uuid4(),
        sku="AO-L",
        name="Áo L",
        quantity=2,
        unit_price=Money(amount=150_000),
        amount=Money(amount=300_000),
        weight_g=250,
    )
    id = order_id or uuid4()
    return {
        "order_id": id,
        "code": f"DH251122{id.int % 10000:04d}",
        "channel": "website",
        "source": "web",
        "contact": contact(),
        "lines": (line,),
        "freight": Money(amount=30_000),
        "discount": Money(amount=0),
        "total": Money(amount=330_000),
        "paid": Money(amount=0),
        "cod": Money(amount=330_000),
        "payment": PaymentMethod.COD,
        "placed_at": NOON,
    } | changed


def confirmed(order_id: UUID | None = None, **changed: Any) -> OrderConfirmed:
    return OrderConfirmed(**_agreed(order_id, changed), confirmed_at=NOON)


def order_changed(before: OrderConfirmed, *, sure: bool = True, **changed: Any) -> OrderChanged:
    same = {name: getattr(before, name) for name in type(before).model_fields if name not in ("type", "confirmed_at")}
    return OrderChanged(**same | changed, confirmed=sure, changed=tuple(changed))


def reserved(order_id: UUID, *, waited: bool = False) -> StockReserved:
    held = HeldLine(line_id=uuid4(), sku="AO-L", quantity=2)
    return StockReserved(order_id=order_id, location_id="KHO", lines=(held,), waiting_since=at(-24) if waited else None)


def released(order_id: UUID, hold: datetime | None = None) -> OrderReleased:
    return OrderReleased(order_id=order_id, code=f"DH251122{order_id.int % 10000:04d}", reserved_at=hold)


def packed(order_id: UUID, *, weight_g: int = 600, parcel_id: UUID | None = None) -> ParcelPacked:
    return ParcelPacked(
        order_id=order_id,
        parcel_id=parcel_id or uuid4(),
        location_id="KHO",
        lines=(HeldLine(line_id=uuid4(), sku="AO-L", quantity=2),),
        weight_g=weight_g,
        expected_weight_g=500,
    )


def cancel_requested(order_id: UUID) -> OrderCancelRequested:
    code = f"DH251122{order_id.int % 10000:04d}"
    return OrderCancelRequested(order_id=order_id, code=code, reason=CancelReason.CHANGED_MIND)


# --- Ways to a state


TARIFF = [
    {"code": "standard", "name": "Chuẩn", "zones": [{"provinces": ["*"], "first_fee": 30_000, "step_fee": 5_000}]}
]


async def hire(harness: Harness, id: str = "ghn", *, numbers: int = 1000, **changed: Any) -> dict[str, Any]:
    """A carrier that goes everywhere, with so many tracking numbers."""
    ranges = [{"prefix": id.upper(), "width": 9, "first": 1, "last": numbers}] if numbers else []
    body = {"id": id, "name": id.upper(), "services": TARIFF, "ranges": ranges} | changed
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/carriers", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def ready_for_pickup(harness: Harness, orders: int = 1, **changed: Any) -> list[dict[str, Any]]:
    """Shipments that are made and packed, as their lists show them, oldest first."""
    made = [confirmed(**changed) for _ in range(orders)]
    await harness.receives(*made)
    await harness.receives(*(reserved(order.order_id) for order in made))
    await harness.receives(*(packed(order.order_id) for order in made))
    return [await shipment_of(harness, order.order_id) for order in made]


async def shipment_of(harness: Harness, order_id: UUID | str) -> dict[str, Any]:
    client = harness.client(permissions=EVERYTHING)
    found = (await client.get("/shipping/shipments", params={"order_id": str(order_id)})).json()["items"]
    assert len(found) == 1, found
    shown: dict[str, Any] = (await client.get(f"/shipping/shipments/{found[0]['id']}")).json()
    return shown


async def handed_over(harness: Harness, orders: int = 1, carrier: str = "ghn", **changed: Any) -> list[dict[str, Any]]:
    """Shipments whose manifest is signed."""
    shipments = await ready_for_pickup(harness, orders, **changed)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": carrier})).json()
    answer = await client.post(f"/shipping/manifests/{draft['id']}/sign", json={"received_by": "Bình"})
    assert answer.status_code == 200, answer.text
    return [await shipment_of(harness, shipment["order_id"]) for shipment in shipments]


async def scan(harness: Harness, tracking: str, status: str, when: datetime, **rest: Any) -> dict[str, Any]:
    """Hand one scan in over HTTP; its result."""
    body = {"scans": [{"tracking": tracking, "status": status, "at": when.isoformat()} | rest]}
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/scans", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["results"][0]
    return result
