"""Orders that are picked in one walk and the two lists for it (INV-08): by SKU to walk by, by order to pack by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.domain import Conflict, NotFound, Reason


class WaveNotFound(NotFound):
    """No wave has this id."""


class NothingToPick(Conflict):
    """No order is free to be picked."""


class OrdersNotFree(Conflict):
    """Some of the named orders cannot be picked now; each is named with what it is about."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        found = tuple(reasons)
        super().__init__(count=len(found))
        self.reasons = found


@dataclass(frozen=True, slots=True)
class Wave:
    id: UUID
    code: str
    created_at: datetime
    created_by: str
    parcels: int


@dataclass(frozen=True, slots=True)
class PickLine:
    """So many units of a SKU from one location, for so many orders."""

    location_id: str
    sku: str
    quantity: int
    orders: int


def consolidated(goods: Iterable[tuple[str, UUID, str, int]]) -> list[PickLine]:
    """The walk: (location, order, SKU, units) summed by location and SKU, in that order."""
    units: dict[tuple[str, str], int] = {}
    orders: dict[tuple[str, str], set[UUID]] = {}
    for location_id, order_id, sku, quantity in goods:
        place = (location_id, sku)
        units[place] = units.get(place, 0) + quantity
        orders.setdefault(place, set()).add(order_id)
    return [PickLine(*place, units[place], len(orders[place])) for place in sorted(units)]


def wave_code(day: date, number: int) -> str:
    """``PK2511220001``: the shop's day and the wave's number in it."""
    return f"PK{day:%y%m%d}{number:04d}"
