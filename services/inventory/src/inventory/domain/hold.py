"""What one order is promised, or waits for: all its lines at one location, or nothing (INV-05)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from inventory.domain.stock import Needs, needs_of


class HoldState(StrEnum):
    WAITING = "waiting"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """Units of one order line."""

    line_id: UUID
    sku: str
    quantity: int


@dataclass(kw_only=True)
class Hold:
    """``placed_at`` is the order's time: the queue goes by it, and the youngest is the first to be taken back.

    ``waiting_since`` stays when a waiting order is served, and then picking waits for ``released`` (ORD-12).
    ``picked``: the goods are in an open parcel.
    """

    order_id: UUID
    placed_at: datetime
    lines: tuple[GoodsLine, ...]
    state: HoldState = HoldState.WAITING
    location_id: str | None = None
    waiting_since: datetime | None = None
    held_at: datetime | None = None
    released: bool = False
    picked: bool = False

    @property
    def needs(self) -> Needs:
        return needs_of((line.sku, line.quantity) for line in self.lines)

    @property
    def free(self) -> bool:
        """Whether picking may begin: an order that had to wait goes on only when the order desk says so."""
        return self.state is HoldState.HELD and not self.picked and (self.waiting_since is None or self.released)

    def grant(self, location_id: str, at: datetime) -> None:
        self.state, self.location_id, self.held_at = HoldState.HELD, location_id, at

    def wait(self, since: datetime) -> None:
        """To the queue. What it waited before and whether it was released then is settled; this is a new wait."""
        self.state, self.location_id, self.held_at = HoldState.WAITING, None, None
        self.waiting_since, self.released, self.picked = since, False, False

    def shrink(self, shipped: Iterable[tuple[UUID, int]]) -> None:
        """Some of it left the house; the rest stays promised."""
        gone = dict(shipped)
        rest = (GoodsLine(each.line_id, each.sku, each.quantity - gone.get(each.line_id, 0)) for each in self.lines)
        self.lines = tuple(line for line in rest if line.quantity > 0)


def in_queue_order(holds: Iterable[Hold]) -> list[Hold]:
    """Oldest order first; orders of the same instant by id, so that everybody counts alike."""
    return sorted(holds, key=lambda hold: (hold.placed_at, hold.order_id))


def days_waiting(since: datetime, now: datetime, zone: str) -> int:
    """Whole days in the queue by the shop's calendar: yesterday evening is one day (ORD-12)."""
    return (_day(now, zone) - _day(since, zone)).days


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
