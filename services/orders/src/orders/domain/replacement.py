"""Orders that take the place of others: one split into several (ORD-07), several merged into one (ORD-08), and back.

An order that others stand in for ends and stays readable; its goods, discounts and money go on in its successors.
Nothing appears and nothing is lost: quantities and line amounts of the successors are those of the orders they came
from, to the đồng. Only freight is paid once per parcel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from orders.domain.agreement import Agreement
from orders.domain.lines import Line, shared

NewId = Callable[[], UUID]
Quantities = Mapping[UUID, int]
"""Units by line of the order that is split."""


class Kind(StrEnum):
    SPLIT = "split"
    MERGE = "merge"
    UNMERGE = "unmerge"


class State(StrEnum):
    """``ASKED``: who has the parcels has not answered for all of them; ``DROPPED``: all had left already."""

    ASKED = "asked"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """What follows an order. ``paid``: how much of the money that came in for the order goes on with this one."""

    order_id: UUID
    code: str
    paid: int


@dataclass(kw_only=True)
class Replacement:
    """``orders`` stand aside for others, the leading one first. ``parts``: how a split shares out its goods."""

    id: UUID
    kind: Kind
    orders: tuple[UUID, ...]
    parts: tuple[Quantities, ...] = ()
    gone: frozenset[UUID] = frozenset()
    kept: frozenset[UUID] = frozenset()
    successors: tuple[UUID, ...] = ()
    state: State = State.ASKED

    @property
    def answered(self) -> bool:
        """Whether it is known of every order if it could still stand aside."""
        return self.gone | self.kept == frozenset(self.orders)


def parts_of(lines: Sequence[Line], taken_out: Sequence[Quantities]) -> tuple[Quantities, ...]:
    """How the goods are shared out: what is not taken out stays in the first part (below zero if it is too much)."""
    rest = {line.id: line.quantity - sum(part.get(line.id, 0) for part in taken_out) for line in lines}
    return ({id: quantity for id, quantity in rest.items() if quantity}, *taken_out)


def split(agreement: Agreement, parts: Sequence[Quantities], new_id: NewId) -> list[Agreement]:
    """One agreement per part. Discounts follow the goods pro rata; freight stays on the first (ORD-07)."""
    pieces: list[list[Line]] = [[] for _ in parts]
    for line in agreement.lines:
        holders = [place for place, part in enumerate(parts) if part.get(line.id, 0)]
        for place, piece in zip(holders, _cut(line, [parts[place][line.id] for place in holders], new_id), strict=True):
            pieces[place].append(piece)
    return [
        replace(
            agreement,
            lines=tuple(lines),
            freight=0 if place else agreement.freight,
            discount=sum(line.share for line in lines),
        )
        for place, lines in enumerate(pieces)
    ]


def _cut(line: Line, quantities: Sequence[int], new_id: NewId) -> list[Line]:
    discounts = shared(line.discount, [quantity * line.unit_price for quantity in quantities])
    cut = [
        replace(line, id=new_id(), quantity=quantity, discount=discount)
        for quantity, discount in zip(quantities, discounts, strict=True)
    ]
    shares = shared(line.share, [each.net for each in cut])
    return [replace(each, share=share) for each, share in zip(cut, shares, strict=True)]


def merged(agreements: Sequence[Agreement], new_id: NewId) -> Agreement:
    """One agreement for all goods: the first one's way of paying and freight (ORD-08), everybody's discounts."""
    alike: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in (line for each in agreements for line in each.lines):
        alike[line.sku, line.name, line.unit_price, line.vat_rate_bp, line.weight_g, line.staff_added].append(line)
    return replace(
        agreements[0],
        lines=tuple(
            replace(
                lines[0],
                id=new_id(),
                quantity=sum(line.quantity for line in lines),
                discount=sum(line.discount for line in lines),
            )
            for lines in alike.values()
        ),
        discount=sum(each.discount for each in agreements),
    )


def same_goods(one: Agreement, other: Agreement) -> bool:
    """Whether both promise the same for the same money, whatever their lines are called."""

    def told(agreement: Agreement) -> object:
        lines = sorted(
            (line.sku, line.unit_price, line.quantity, line.discount, line.share) for line in agreement.lines
        )
        return lines, agreement.discount, agreement.freight, agreement.currency

    return told(one.settled()) == told(other.settled())
