"""The stock of some SKUs at all locations, while one unit of work holds their locks.

Invariant: on every level ``0 <= reserved <= on_hand`` and ``0 <= defective`` when the unit of work ends. Promises are
refused before they break it; physical facts are always booked, and the caller then takes back holds until
:meth:`Stock.overheld` is empty. ``available = on_hand - reserved``; defective goods are apart and never on hand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from inventory.domain.worth import Worth

Needs = Mapping[str, int]
"""SKU -> units, of all lines of an order together."""


class MoveKind(StrEnum):
    """Why stock changed. All but ``SET_ASIDE`` change its value."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    FOUND = "found"
    COUNT = "count"
    SET_ASIDE = "set_aside"


@dataclass(slots=True)
class Level:
    """Units of one SKU at one location."""

    sku: str
    location_id: str
    on_hand: int = 0
    reserved: int = 0
    defective: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a move belongs to."""

    order_id: UUID | None = None
    parcel_id: UUID | None = None
    return_id: UUID | None = None
    document: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One line of the ledger, never changed. Signs are those of the stock's change; ``value`` is in đồng."""

    sku: str
    location_id: str
    kind: MoveKind
    on_hand: int = 0
    defective: int = 0
    value: int = 0
    origin: Origin = field(default_factory=Origin)

    @property
    def quantity(self) -> int:
        return self.on_hand + self.defective


@dataclass(frozen=True, slots=True)
class Missing:
    """What a hold lacks at the location that lacks least."""

    sku: str
    wanted: int
    available: int


@dataclass(frozen=True, slots=True)
class Overheld:
    """More is held than is there: ``units`` too many."""

    sku: str
    location_id: str
    units: int


class NotLocked(Exception):
    """Work turned out to touch SKUs that were not locked; do it again with them."""

    def __init__(self, skus: Iterable[str]) -> None:
        self.skus = frozenset(skus)
        super().__init__(", ".join(sorted(self.skus)))


class Stock:
    """Levels and worth of the SKUs that were locked, and what this unit of work does to them.

    ``locked`` are the SKUs it may touch, at every location; anything else raises ``NotLocked``. ``order`` are the
    locations that serve orders, in the configured order.
    """

    def __init__(
        self,
        levels: Iterable[Level],
        order: Sequence[str],
        *,
        locked: Iterable[str],
        worths: Mapping[str, Worth] | None = None,
        thresholds: Mapping[str, int] | None = None,
    ) -> None:
        self._locked = frozenset(locked)
        self._levels: dict[tuple[str, str], Level] = {}
        self._of_sku: dict[str, list[Level]] = defaultdict(list)
        for level in levels:
            self._add(level)
        self._order = tuple(order)
        self._worths = dict(worths or {})
        self._thresholds = dict(thresholds or {})
        self._touched: dict[tuple[str, str], int] = {}
        self._valued: dict[str, None] = {}
        self._before: dict[str, int] = {}
        self.moves: list[Move] = []

    def require(self, skus: Iterable[str]) -> None:
        """Raises ``NotLocked`` naming all of these that are not locked."""
        if absent := set(skus) - self._locked:
            raise NotLocked(absent)

    def level(self, sku: str, location_id: str) -> Level:
        """The level as it is now; treat it as read-only."""
        self.require((sku,))
        return self._levels.get((sku, location_id)) or Level(sku, location_id)

    def worth(self, sku: str) -> Worth:
        return self._worths.setdefault(sku, Worth())

    def threshold(self, sku: str) -> int | None:
        """The SKU's own low threshold, if it has one."""
        return self._thresholds.get(sku)

    def available(self, sku: str) -> int:
        """Units at all locations that nobody is promised."""
        return sum(level.available for level in self._of_sku[sku])

    def available_before(self, sku: str) -> int:
        """As :meth:`available`, when this unit of work began."""
        return self._before.get(sku, self.available(sku))

    def has(self, location_id: str, needs: Needs) -> bool:
        return all(self.level(sku, location_id).available >= units for sku, units in needs.items())

    def hold(self, needs: Needs) -> str | None:
        """Promise all of it, from the first location that has all; ``None`` if none has, and nothing is promised."""
        self.require(needs)
        for location_id in self._order:
            if self.has(location_id, needs):
                for sku, units in needs.items():
                    self._touch(sku, location_id).reserved += units
                return location_id
        return None

    def lacking(self, location_id: str, needs: Needs) -> tuple[Missing, ...]:
        """What one location lacks."""
        found = ((sku, units, max(self.level(sku, location_id).available, 0)) for sku, units in needs.items())
        return tuple(Missing(sku, units, there) for sku, units, there in found if there < units)

    def missing(self, needs: Needs) -> tuple[Missing, ...]:
        """What is lacking where least is lacking; empty if some location has all."""

        def size(lack: Iterable[Missing]) -> int:
            return sum(each.wanted - each.available for each in lack)

        choices = [self.lacking(location_id, needs) for location_id in self._order]
        return min(choices, key=size) if choices else tuple(Missing(sku, units, 0) for sku, units in needs.items())

    def release(self, location_id: str, needs: Needs) -> None:
        """A promise is gone; the goods stay where they are."""
        self.require(needs)
        for sku, units in needs.items():
            self._touch(sku, location_id).reserved -= units

    def receive(self, sku: str, location_id: str, units: int, value: int, origin: Origin) -> None:
        """A lot comes in at what it cost in all (INV-06)."""
        self._book(
            Move(sku=sku, location_id=location_id, kind=MoveKind.RECEIPT, on_hand=units, value=value, origin=origin)
        )

    def issue(self, sku: str, location_id: str, units: int, origin: Origin) -> int:
        """Goods left, at their share of the SKU's value, which is returned. Units that were not on the books are
        first found, so ``on_hand`` never goes below zero."""
        self._find_if_absent(sku, location_id, units, origin)
        value = self.worth(sku).part(units)
        self._book(
            Move(sku=sku, location_id=location_id, kind=MoveKind.ISSUE, on_hand=-units, value=-value, origin=origin)
        )
        return value

    def come_back(
        self, sku: str, location_id: str, *, sellable: int = 0, defective: int = 0, value: int, origin: Origin
    ) -> None:
        """Goods are back at the value they left with (INV-13)."""
        self._book(
            Move(
                sku=sku,
                location_id=location_id,
                kind=MoveKind.RETURN,
                on_hand=sellable,
                defective=defective,
                value=value,
                origin=origin,
            )
        )

    def set_aside(self, sku: str, location_id: str, units: int, origin: Origin) -> None:
        """Units turn out defective (INV-09); they stay ours, at the same value, but nobody is sold them."""
        self._find_if_absent(sku, location_id, units, origin)
        self._book(
            Move(
                sku=sku,
                location_id=location_id,
                kind=MoveKind.SET_ASIDE,
                on_hand=-units,
                defective=units,
                origin=origin,
            )
        )

    def overheld(self) -> list[Overheld]:
        """Levels on which facts left less than is promised."""
        return [
            Overheld(sku, location_id, -level.available)
            for (sku, location_id), level in self._levels.items()
            if level.available < 0
        ]

    def freed(self) -> list[tuple[str, str, int]]:
        """(SKU, location, units) by which availability differs from what is stored."""
        return [
            (sku, location_id, units)
            for (sku, location_id), before in self._touched.items()
            if (units := self._levels[sku, location_id].available - before)
        ]

    def changed(self) -> list[Level]:
        """Levels to store."""
        return [self._levels[place] for place in self._touched]

    def revalued(self) -> dict[str, Worth]:
        """Worths to store."""
        return {sku: self._worths[sku] for sku in self._valued}

    def touched(self) -> dict[str, str]:
        """SKUs whose levels changed, each with a location where they did."""
        return dict(iter(self._touched))

    def _find_if_absent(self, sku: str, location_id: str, units: int, origin: Origin) -> None:
        absent = units - self.level(sku, location_id).on_hand
        if absent > 0:
            value = self.worth(sku).at_average(absent)
            self._book(
                Move(sku=sku, location_id=location_id, kind=MoveKind.FOUND, on_hand=absent, value=value, origin=origin)
            )

    def _book(self, move: Move) -> None:
        level = self._touch(move.sku, move.location_id)
        level.on_hand += move.on_hand
        level.defective += move.defective
        if move.kind is not MoveKind.SET_ASIDE:
            worth = self.worth(move.sku)
            worth.quantity += move.quantity
            worth.value += move.value
            self._valued[move.sku] = None
        self.moves.append(move)

    def _touch(self, sku: str, location_id: str) -> Level:
        self.require((sku,))
        if sku not in self._before:
            self._before[sku] = self.available(sku)
        place = (sku, location_id)
        level = self._levels.get(place) or self._add(Level(sku, location_id))
        self._touched.setdefault(place, level.available)
        return level

    def _add(self, level: Level) -> Level:
        self._levels[level.sku, level.location_id] = level
        self._of_sku[level.sku].append(level)
        return level


def needs_of(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units by SKU of lines that may repeat a SKU."""
    needs: dict[str, int] = defaultdict(int)
    for sku, units in lines:
        needs[sku] += units
    return dict(needs)
