"""When two orders look like the same wish entered twice (ORD-06)."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """As much of an earlier order as the comparison needs; it has the same phone and has not been cancelled."""

    code: str
    placed_at: datetime
    skus: Set[str]


def duplicates(skus: Set[str], placed_at: datetime, others: Iterable[Sighting], window: timedelta) -> tuple[str, ...]:
    """Codes of the orders that share a SKU and lie within the window, either way; its last second counts."""
    return tuple(
        other.code
        for other in sorted(others, key=lambda other: (other.placed_at, other.code))
        if abs(placed_at - other.placed_at) <= window and not skus.isdisjoint(other.skus)
    )
