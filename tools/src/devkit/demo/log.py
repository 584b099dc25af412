"""What the day sent and was answered. The checks hold the services against this and not against themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from devkit.demo.plan import Fate, Plan, Wish


@dataclass
class Placed:
    """An accepted order and what was done with it. Amounts in đồng."""

    wish: Wish
    id: str
    code: str
    at: datetime
    total: int = 0
    freight: int = 0
    lines: dict[str, str] = field(default_factory=dict)
    """SKU -> id of its line."""
    flagged: bool = False
    confirmed: bool = False
    paid: int = 0
    cancelled: bool = False
    cancel_refused: bool = False
    shipment: dict[str, Any] | None = None
    shipped_at: datetime | None = None
    packed: bool = False
    handed_over: bool = False
    delivered: bool = False
    failed_tries: int = 0
    lost: bool = False
    came_back: bool = False
    inspected: Counter[str] = field(default_factory=Counter)
    """Grade -> units."""
    settled: bool = False
    refunded: int = 0

    @property
    def goods(self) -> int:
        return self.total - self.freight

    @property
    def cod(self) -> int:
        """What the carrier collects."""
        return self.total - self.paid

    @property
    def fate(self) -> Fate:
        return self.wish.fate

    @property
    def holds_stock(self) -> bool:
        """Confirmed, not cancelled, and still in our house."""
        return self.confirmed and not self.cancelled and not self.handed_over


@dataclass
class Log:
    """The whole day. ``before`` is what the books said when it began."""

    plan: Plan
    source: str
    orders: dict[int, Placed] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    """SKU -> units in receipts that were accepted."""
    wrong_scans_refused: int = 0
    duplicates_repeated: int = 0
    collected: Counter[str] = field(default_factory=Counter)
    """Carrier -> COD that its statements were paid for."""
    before: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    events_seen: int = 0

    def where(self, **marks: bool) -> list[Placed]:
        """The orders whose marks are so."""
        return [
            order for order in self.orders.values() if all(getattr(order, name) is said for name, said in marks.items())
        ]

    def units(self, orders: list[Placed]) -> Counter[str]:
        """SKU -> units in these orders."""
        found: Counter[str] = Counter()
        for order in orders:
            found.update(dict(order.wish.lines))
        return found
