"""A carrier's statement on its way into the books: compared, corrected, approved, paid, posted (ACC-01, DOMAIN 4.2).

Guard: it is not approved while a difference is open. One that is carried as the carrier's debt is not open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounting.domain.matching import POSSIBLE, Compared, Difference, Outcome, Resolution, outcome_of
from accounting.domain.shipment import Road
from chassis.domain import Conflict, Invalid, NotFound


class StatementNotFound(NotFound):
    """There is no such statement."""


class StatementLineNotFound(NotFound):
    """The statement has no such line."""


class StatementNotPossible(Conflict):
    """The statement is in a state in which this cannot be done."""


class DifferencesOpen(Conflict):
    """A statement is approved when every difference is resolved or carried as the carrier's debt."""


class ResolutionNotPossible(Conflict):
    """This difference cannot be resolved in this way."""


class NothingToCorrect(Conflict):
    """The line matches already, and no other figures were given."""


class MoreThanDue(Conflict):
    """The carrier would have paid more than the statement and what was carried leave open."""


class LinesDiffer(Conflict):
    """A line that was imported before comes again with other figures: the carrier must give it another reference."""


class ReferencesRepeated(Invalid):
    """Two lines of one import bear the same reference."""


class NotTheDirection(Invalid):
    """The statement is in our favour and money was said to go out, or the other way round."""


class StatementState(StrEnum):
    """``money_received``: a part of it. Posting follows in the transaction in which the last part arrives."""

    MATCHED = "matched"
    DIFFERENCE = "difference"
    CORRECTED = "corrected"
    APPROVED = "approved"
    MONEY_RECEIVED = "money_received"
    POSTED = "posted"


OPEN = (StatementState.MATCHED, StatementState.DIFFERENCE, StatementState.CORRECTED)
_POSSIBLE: dict[StatementState, list[str]] = {
    StatementState.MATCHED: ["correct", "approve"],
    StatementState.DIFFERENCE: ["correct"],
    StatementState.CORRECTED: ["correct", "approve"],
    StatementState.APPROVED: ["receive"],
    StatementState.MONEY_RECEIVED: ["receive"],
    StatementState.POSTED: ["receive"],
}


@dataclass(slots=True, kw_only=True)
class Statement:
    """The head. ``net`` is what the approved lines bring, ``received`` what came of it and of carried debts."""

    id: UUID
    carrier_id: str
    reference: str
    currency: str
    state: StatementState
    imported_at: datetime
    imported_by: str
    delivered_from: date | None = None
    delivered_until: date | None = None
    net: int = 0
    received: int = 0
    approved_at: datetime | None = None
    approved_by: str | None = None
    posted_at: datetime | None = None
    version: int = 1

    def must_be_open(self, wanted: str) -> None:
        """Raises ``StatementNotPossible`` once it is approved: from then on it stands in the books."""
        if self.state not in OPEN:
            raise StatementNotPossible(wanted=wanted, state=self.state.value, possible=_POSSIBLE[self.state])

    def compared(self, *, open_differences: int, resolved: int) -> None:
        """How its lines stand now."""
        if open_differences:
            self.state = StatementState.DIFFERENCE
        else:
            self.state = StatementState.CORRECTED if resolved else StatementState.MATCHED

    def approve(self, by: str, at: datetime, net: int) -> None:
        self.must_be_open("approve")
        if self.state is StatementState.DIFFERENCE:
            raise DifferencesOpen(state=self.state.value, possible=_POSSIBLE[self.state])
        self.state, self.approved_by, self.approved_at, self.net = StatementState.APPROVED, by, at, net
        if not net:
            self._post(at)

    def receive(self, amount: int, at: datetime) -> None:
        """Money came. ``allocate`` says for which lines."""
        if self.state in OPEN:
            raise StatementNotPossible(wanted="receive", state=self.state.value, possible=_POSSIBLE[self.state])
        self.received += amount
        if self.state is not StatementState.POSTED:
            self.state = StatementState.MONEY_RECEIVED
            if abs(self.received) >= abs(self.net):
                self._post(at)

    def _post(self, at: datetime) -> None:
        self.state, self.posted_at = StatementState.POSTED, at


@dataclass(slots=True, kw_only=True)
class StatementLine:
    """What the carrier wrote, what the books expected when it was last compared, and what was decided."""

    number: int
    reference: str
    tracking: str
    cod: int
    fee: int
    status: str | None = None
    shipment_id: UUID | None = None
    order_id: UUID | None = None
    road: Road | None = None
    expected_cod: int = 0
    expected_fee: int = 0
    repeated: bool = False
    difference: Difference | None = None
    resolution: Resolution | None = None
    reason: str | None = None
    remit: int = 0
    carried: int = 0
    received: int = 0

    @property
    def counts(self) -> bool:
        """Whether the line is a claim of the carrier's that stands: not one that we added or rejected."""
        return self.difference is not Difference.MISSING and self.resolution is not Resolution.REJECT

    @property
    def comparison(self) -> Compared:
        return Compared(
            cod=self.cod,
            fee=self.fee,
            status=self.status,
            road=self.road,
            expected_cod=self.expected_cod,
            expected_fee=self.expected_fee,
            repeated=self.repeated,
        )

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.comparison, self.difference, self.resolution)

    def resolve(self, resolution: Resolution, reason: str) -> None:
        """Decide about the difference. ``ResolutionNotPossible`` names what is possible for it."""
        if self.difference is None:
            raise NothingToCorrect(line=self.number)
        if resolution not in POSSIBLE[self.difference]:
            raise ResolutionNotPossible(
                field="resolution",
                line=self.number,
                difference=self.difference.value,
                resolution=resolution.value,
                possible=[each.value for each in POSSIBLE[self.difference]],
            )
        self.resolution, self.reason = resolution, reason


def must_be_distinct(lines: Iterable[StatementLine]) -> None:
    """Raises ``ReferencesRepeated``: which of two lines with one reference would be the repeated one?"""
    counted = Counter(line.reference for line in lines)
    repeated = sorted(reference for reference, times in counted.items() if times > 1)
    if repeated:
        raise ReferencesRepeated(field="lines", references=repeated[:20], count=len(repeated))


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a receipt for one line; ``carried`` if it pays a debt that was carried, not the statement's own sum."""

    line: StatementLine
    amount: int
    carried: bool = False


def allocate(amount: int, lines: Iterable[StatementLine], unclaimed: dict[UUID, int]) -> list[Share]:
    """Which lines a receipt pays: the statement's own sums in the order of its lines, then debts that were carried.

    Lines that work against the receipt (fees of parcels without COD) are set off first, so a receipt of exactly what
    is open settles every line. ``unclaimed`` limits what a carried debt can still take, by shipment. Raises
    ``MoreThanDue`` for what nothing is open for.
    """
    todo = list(lines)
    due = [(line, line.remit - line.received) for line in todo if line.remit != line.received]
    sign = 1 if amount > 0 else -1
    if amount and sum(rest for _, rest in due) * sign < 0:
        raise NotTheDirection(field="amount", amount=amount, most=sum(rest for _, rest in due))
    against = [Share(line, rest) for line, rest in due if rest * sign < 0]
    left = amount - sum(part.amount for part in against)
    paid: list[Share] = []
    for line, rest in due:
        if rest * sign > 0 and left:
            part = min(rest, left) if sign > 0 else max(rest, left)
            paid.append(Share(line, part))
            left -= part
    for line in todo:
        if left > 0 and line.carried > 0 and line.shipment_id is not None:
            part = min(line.carried, unclaimed.get(line.shipment_id, 0), left)
            if part > 0:
                paid.append(Share(line, part, carried=True))
                unclaimed[line.shipment_id] -= part
                left -= part
    if left:
        raise MoreThanDue(field="amount", amount=amount, most=amount - left)
    return against + paid
