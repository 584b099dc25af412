"""The warehouse once more, as plainly as it can be said: what the real one must agree with after every step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

ORDER = ("KHO", "CH1", "CH2")
"""Locations in the order in which they serve."""


@dataclass
class Asked:
    """An order as the model knows it. ``parcel``: None, open or packed."""

    id: UUID
    minute: int
    needs: dict[str, int]
    state: str = "waiting"
    at: str | None = None
    waited: bool = False
    released: bool = False
    parcel: str | None = None


class Model:
    def __init__(self) -> None:
        self.on_hand: dict[tuple[str, str], int] = {}
        self.defective: dict[tuple[str, str], int] = {}
        self.units: dict[str, int] = {}
        self.value: dict[str, int] = {}
        self.orders: dict[UUID, Asked] = {}
        self.woken: set[str] = set()

    def reserved(self, sku: str, at: str) -> int:
        return sum(order.needs.get(sku, 0) for order in self.orders.values() if order.at == at)

    def available(self, sku: str, at: str) -> int:
        return self.on_hand.get((sku, at), 0) - self.reserved(sku, at)

    def receive(self, sku: str, at: str, units: int, value: int) -> None:
        self._add(sku, at, units, value)
        self.fill({sku})

    def confirm(self, orders: Iterable[Asked]) -> None:
        for order in sorted(orders, key=lambda each: (each.minute, each.id)):
            self.orders[order.id] = order
            self._hold(order)
            order.waited = order.state == "waiting"

    def cancel(self, order: Asked) -> None:
        freed = set(order.needs) if order.state == "held" else set()
        order.state, order.at, order.parcel = "cancelled", None, None
        self.fill(freed)

    def fill(self, skus: Iterable[str]) -> None:
        wanted = set(skus)
        waiting = [order for order in self.orders.values() if order.state == "waiting" and wanted & set(order.needs)]
        for order in sorted(waiting, key=lambda each: (each.minute, each.id)):
            self._hold(order)

    def leave(self, order: Asked | None, needs: Mapping[str, int], at: str) -> dict[str, int]:
        """Goods leave; the value of each SKU's. ``order`` is the one whose hold they use."""
        if order is not None:
            order.state, order.at, order.parcel = "issued", None, None
        values = {}
        for sku, units in needs.items():
            absent = units - self.on_hand.get((sku, at), 0)
            if absent > 0:
                here = self.units.get(sku, 0)
                average = (2 * self.value[sku] * absent + here) // (2 * here) if here else 0
                self._add(sku, at, absent, average)
            total = self.units[sku]
            values[sku] = (2 * self.value[sku] * units + total) // (2 * total)
            self._add(sku, at, -units, -values[sku])
        self._take_back()
        return values

    def spoil(self, order: Asked, sku: str) -> None:
        at = order.at or ""
        self.on_hand[sku, at] -= 1
        self.defective[sku, at] = self.defective.get((sku, at), 0) + 1
        taken = self._take_back()
        if order in taken:
            self._hold(order)
            order.waited = order.state == "waiting"

    def come_back(self, goods: Iterable[tuple[str, str, int, int]], at: str) -> None:
        """(SKU, grade, units, value) of what was inspected."""
        freed = set()
        for sku, grade, units, value in goods:
            if grade == "sellable":
                self._add(sku, at, units, value)
                freed.add(sku)
            elif grade == "defective":
                self._add(sku, at, 0, value)
                self.units[sku] += units
                self.defective[sku, at] = self.defective.get((sku, at), 0) + units
        self.fill(freed)

    def look_at_woken(self) -> None:
        woken, self.woken = self.woken, set()
        self.fill(woken)

    def _hold(self, order: Asked) -> None:
        order.state, order.at = "waiting", None
        for at in ORDER:
            if all(self.available(sku, at) >= units for sku, units in order.needs.items()):
                order.state, order.at = "held", at
                return

    def _take_back(self) -> list[Asked]:
        taken: list[Asked] = []
        while over := [place for place in sorted(self.on_hand) if self.available(*place) < 0]:
            for sku, at in over:
                holders = [order for order in self.orders.values() if order.at == at and sku in order.needs]
                holders.sort(key=lambda each: (each.minute, each.id), reverse=True)
                holders.sort(key=lambda each: each.parcel == "packed")
                for order in holders:
                    if self.available(sku, at) >= 0:
                        break
                    order.state, order.at, order.parcel = "waiting", None, None
                    order.waited, order.released = True, False
                    taken.append(order)
        self.woken |= {sku for order in taken for sku in order.needs}
        return taken

    def _add(self, sku: str, at: str, units: int, value: int) -> None:
        self.on_hand[sku, at] = self.on_hand.get((sku, at), 0) + units
        self.units[sku] = self.units.get(sku, 0) + units
        self.value[sku] = self.value.get(sku, 0) + value
