"""What somebody should know of: stock that ran low or out, came in, or was not where the books said (INV-18)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from inventory.domain.stock import Move, MoveKind, Stock


class AlertKind(StrEnum):
    LOW = "low"
    DEPLETED = "depleted"
    ARRIVED = "arrived"
    UNPLANNED = "unplanned"
    FOUND = "found"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``available`` are units of the SKU at all locations; ``quantity`` what came in or was amiss."""

    kind: AlertKind
    sku: str
    location_id: str
    available: int
    quantity: int = 0
    threshold: int | None = None


def crossings(stock: Stock, *, low_at: int, waited_for: Collection[str] = ()) -> list[Alert]:
    """Lines that availability crossed in this unit of work, by SKU.

    Low: from above the threshold (the SKU's own, else ``low_at``) to it or below. Depleted: from some to none.
    Arrived: units came in for a SKU that had run out or that orders waited for.
    """
    alerts: list[Alert] = []
    came = {move.sku: move for move in stock.moves if _came_in(move)}
    for sku, location_id in stock.touched().items():
        before, after = stock.available_before(sku), stock.available(sku)
        own = stock.threshold(sku)
        threshold = low_at if own is None else own
        if before > threshold >= after:
            alerts.append(
                Alert(kind=AlertKind.LOW, sku=sku, location_id=location_id, available=after, threshold=threshold)
            )
        if before > 0 >= after:
            alerts.append(Alert(kind=AlertKind.DEPLETED, sku=sku, location_id=location_id, available=after))
        if sku in came and (before <= 0 or sku in waited_for):
            units = sum(move.on_hand for move in stock.moves if move.sku == sku and _came_in(move))
            alerts.append(
                Alert(
                    kind=AlertKind.ARRIVED,
                    sku=sku,
                    location_id=came[sku].location_id,
                    available=after,
                    quantity=units,
                )
            )
    return alerts


def _came_in(move: Move) -> bool:
    return move.kind in (MoveKind.RECEIPT, MoveKind.RETURN) and move.on_hand > 0
