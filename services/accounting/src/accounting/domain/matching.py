"""What is wrong with a line of a carrier's statement, and what each way to resolve it does to the books (ACC-01)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounting.domain.shipment import Road


class Difference(StrEnum):
    """Where statement and books disagree. ``status`` is also said where the carrier pays for a parcel that we do not
    know to be delivered."""

    AMOUNT = "amount"
    FEE = "fee"
    MISSING = "missing"
    UNKNOWN = "unknown"
    DOUBLE = "double"
    STATUS = "status"


class Resolution(StrEnum):
    """What is done about a difference. ``carry``: the carrier still owes it. ``accept``: the carrier's figure holds.
    ``write_off``: it is our loss. ``reject``: the line does not count."""

    CARRY = "carry"
    ACCEPT = "accept"
    WRITE_OFF = "write_off"
    REJECT = "reject"


POSSIBLE: dict[Difference, tuple[Resolution, ...]] = {
    Difference.AMOUNT: (Resolution.CARRY, Resolution.ACCEPT, Resolution.WRITE_OFF),
    Difference.FEE: (Resolution.CARRY, Resolution.ACCEPT),
    Difference.MISSING: (Resolution.CARRY, Resolution.WRITE_OFF),
    Difference.UNKNOWN: (Resolution.ACCEPT, Resolution.REJECT),
    Difference.DOUBLE: (Resolution.ACCEPT, Resolution.REJECT),
    Difference.STATUS: (Resolution.ACCEPT, Resolution.REJECT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A line beside what the books expect of it.

    ``road`` is ``None`` for a tracking number the carrier never had from us. ``expected_cod`` is what no earlier line
    has claimed; ``repeated`` says that there is an earlier line for the parcel.
    """

    cod: int
    fee: int
    status: str | None = None
    road: Road | None = None
    expected_cod: int = 0
    expected_fee: int = 0
    repeated: bool = False


def difference_of(line: Compared, fee_tolerance: int = 0) -> Difference | None:
    """The first that applies; ``None`` for a line that matches."""
    if line.road is None:
        return Difference.UNKNOWN
    if (line.status is not None and line.status != line.road) or (line.cod and line.road is not Road.DELIVERED):
        return Difference.STATUS
    if line.repeated and line.expected_cod <= 0:
        return Difference.DOUBLE
    if line.cod != line.expected_cod:
        return Difference.AMOUNT
    if abs(line.fee - line.expected_fee) > fee_tolerance:
        return Difference.FEE
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an approved line does. ``remit`` is the money it brings (below zero: it costs), ``fee`` the expense it
    books, ``carried`` what the carrier still owes beside it. The other three move the carrier's debt away: to the
    customer, to our loss, or (``unidentified``) up, against money that nobody can assign yet."""

    remit: int = 0
    fee: int = 0
    carried: int = 0
    customer: int = 0
    loss: int = 0
    unidentified: int = 0

    @property
    def owed(self) -> int:
        """By how much the parcel's balance with the carrier changes on approval, before any money comes."""
        return self.unidentified - self.fee - self.customer - self.loss


def outcome_of(line: Compared, difference: Difference | None, resolution: Resolution | None) -> Outcome:
    """``LookupError`` for a difference that nobody resolved: approval checks that first."""
    remit, short = line.cod - line.fee, line.expected_cod - line.cod
    match difference, resolution:
        case None, _:
            return Outcome(remit=remit, fee=line.fee)
        case _, Resolution.REJECT:
            return Outcome()
        case Difference.MISSING, Resolution.CARRY:
            return Outcome(carried=line.expected_cod)
        case Difference.MISSING, Resolution.WRITE_OFF:
            return Outcome(loss=line.expected_cod)
        case ((Difference.AMOUNT | Difference.FEE), Resolution.CARRY):
            return Outcome(remit=remit, fee=line.expected_fee, carried=short + line.fee - line.expected_fee)
        case ((Difference.AMOUNT | Difference.FEE), Resolution.ACCEPT):
            return Outcome(remit=remit, fee=line.fee, customer=short)
        case Difference.AMOUNT, Resolution.WRITE_OFF:
            return Outcome(remit=remit, fee=line.fee, loss=short)
        case ((Difference.UNKNOWN | Difference.DOUBLE), Resolution.ACCEPT):
            return Outcome(remit=remit, fee=line.fee, unidentified=line.cod)
        case Difference.STATUS, Resolution.ACCEPT:
            return Outcome(remit=remit, fee=line.fee)
    raise LookupError(f"{difference} is not resolved by {resolution}")
