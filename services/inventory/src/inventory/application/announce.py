"""What happened in the warehouse, as others hear it."""

from collections.abc import Iterable, Sequence

from contracts import Money
from contracts.inventory.v1 import (
    GoodsIssued,
    HeldLine,
    InspectedLine,
    MissingGoods,
    ParcelPacked,
    PickingStopped,
    ProductChanged,
    ReturnInspected,
    StockAlert,
    StockArrived,
    StockChanged,
    StockDepleted,
    StockLevel,
    StockLow,
    StockMoved,
    StockReleased,
    StockReserved,
    StockShort,
)
from contracts.inventory.v1 import Grade as SaidGrade
from contracts.inventory.v1 import MoveKind as SaidKind
from inventory.application.records import Booked
from inventory.domain.alerts import Alert, AlertKind
from inventory.domain.hold import GoodsLine, Hold
from inventory.domain.parcel import Parcel
from inventory.domain.product import Product
from inventory.domain.returned import Return
from inventory.domain.stock import Missing


def product_changed(product: Product) -> ProductChanged:
    return ProductChanged(
        sku=product.sku,
        name=product.name,
        barcode=product.barcode,
        weight_g=product.weight_g,
        price=Money(amount=product.price, currency=product.currency),
        vat_rate_bp=product.vat_rate_bp,
        kind=product.kind,
        design=product.design,
        colour=product.colour,
        size=product.size,
        material=product.material,
        use=product.use,
        selling_points=product.selling_points,
        active=product.active,
    )


def stock_changed(sku: str, levels: Iterable[tuple[str, int, int, int]]) -> StockChanged:
    told = tuple(
        StockLevel(
            location_id=location_id,
            on_hand=on_hand,
            reserved=reserved,
            available=on_hand - reserved,
            defective=defective,
        )
        for location_id, on_hand, reserved, defective in levels
    )
    return StockChanged(sku=sku, levels=told, available=sum(level.available for level in told))


def reserved(hold: Hold) -> StockReserved:
    return StockReserved(
        order_id=hold.order_id,
        location_id=hold.location_id or "",
        lines=_lines(hold.lines),
        waiting_since=hold.waiting_since,
    )


def short(hold: Hold, missing: Sequence[Missing], *, taken_back: bool = False) -> StockShort:
    if hold.waiting_since is None:
        raise ValueError("an order that is short waits since some time")
    return StockShort(
        order_id=hold.order_id,
        missing=tuple(MissingGoods(sku=each.sku, wanted=each.wanted, available=each.available) for each in missing),
        waiting_since=hold.waiting_since,
        taken_back=taken_back,
    )


def released(hold: Hold) -> StockReleased:
    return StockReleased(order_id=hold.order_id, lines=_lines(hold.lines))


def picking_stopped(parcel: Parcel) -> PickingStopped:
    return PickingStopped(order_id=parcel.order_id, parcel_id=parcel.id, reason=parcel.stop_reason or "")


def packed(parcel: Parcel) -> ParcelPacked:
    measured = parcel.weight_g or 0
    return ParcelPacked(
        order_id=parcel.order_id,
        parcel_id=parcel.id,
        location_id=parcel.location_id,
        lines=_lines(parcel.lines),
        weight_g=measured,
        expected_weight_g=measured if parcel.expected_weight_g is None else parcel.expected_weight_g,
    )


def issued(parcel: Parcel, location_id: str, lines: Sequence[GoodsLine], *, planned: bool) -> GoodsIssued:
    if parcel.shipment_id is None:
        raise ValueError("goods are issued with a shipment")
    return GoodsIssued(
        order_id=parcel.order_id,
        parcel_id=parcel.id,
        shipment_id=parcel.shipment_id,
        location_id=location_id,
        lines=_lines(lines),
        planned=planned,
    )


def inspected(returned: Return) -> ReturnInspected:
    return ReturnInspected(
        order_id=returned.order_id,
        return_id=returned.id,
        shipment_id=returned.shipment_id,
        location_id=returned.location_id,
        lines=tuple(
            InspectedLine(line_id=each.line_id, sku=each.sku, quantity=each.quantity, grade=SaidGrade(each.grade))
            for each in returned.findings
        ),
        complete=returned.complete,
    )


def moved(booked: Booked) -> StockMoved | None:
    """Accounting posts what changed the value of stock; a move that did not is nobody else's business."""
    move = booked.move
    if not move.value:
        return None
    return StockMoved(
        move_id=booked.id,
        sku=move.sku,
        location_id=move.location_id,
        kind=SaidKind(move.kind),
        quantity=move.quantity,
        value=Money(amount=move.value),
        order_id=move.origin.order_id,
        document=move.origin.document,
        reason=move.origin.reason,
    )


def alerted(alert: Alert) -> StockAlert | None:
    """What others act on; the rest is listed for the warehouse."""
    match alert.kind:
        case AlertKind.LOW:
            return StockLow(
                sku=alert.sku,
                location_id=alert.location_id,
                available=alert.available,
                threshold=alert.threshold or 0,
            )
        case AlertKind.DEPLETED:
            return StockDepleted(sku=alert.sku, location_id=alert.location_id, available=alert.available)
        case AlertKind.ARRIVED:
            return StockArrived(
                sku=alert.sku, location_id=alert.location_id, available=alert.available, quantity=alert.quantity
            )
        case _:
            return None


def _lines(lines: Iterable[GoodsLine]) -> tuple[HeldLine, ...]:
    return tuple(HeldLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity) for line in lines)
