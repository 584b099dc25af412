"""Tracking numbers that a carrier hands out in advance: a prefix, numbers from … to, perhaps a check digit (SHP-03)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.domain import Conflict, Invalid, Reason


class CheckDigit(StrEnum):
    """How the digit after the number is made, so that a mistyped tracking number is noticed."""

    NONE = "none"
    MOD10 = "mod10"
    """Luhn's sum over the number's digits."""
    S10 = "s10"
    """UPU S10: weights 8 6 4 2 3 5 9 7 over eight digits, modulo 11."""


class BadRange(Invalid):
    """The range is wrong in itself; each place is named."""


class RangeOverlaps(Conflict):
    """Another range could give the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """Numbers ``first`` to ``last``, both included; ``next`` is given out next. ``width`` digits, zero-filled."""

    id: UUID
    carrier_id: str
    prefix: str
    suffix: str = ""
    width: int
    first: int
    last: int
    next: int
    check: CheckDigit = CheckDigit.NONE

    def __post_init__(self) -> None:
        wrong = []
        if self.last < self.first:
            wrong.append(Reason("range-backwards", "last", {"first": self.first, "last": self.last}))
        if len(str(self.last)) > self.width:
            wrong.append(Reason("range-too-wide", "width", {"width": self.width, "last": self.last}))
        if self.check is CheckDigit.S10 and self.width != 8:
            wrong.append(Reason("s10-has-eight-digits", "width", {"width": self.width}))
        if wrong:
            raise BadRange(wrong)

    @property
    def left(self) -> int:
        return max(0, self.last - self.next + 1)

    def tracking(self, number: int) -> str:
        """The number as the carrier prints it."""
        digits = str(number).zfill(self.width)
        return f"{self.prefix}{digits}{_check_digit(digits, self.check)}{self.suffix}"

    def overlaps(self, other: NumberRange) -> bool:
        """Whether both could give the same text. Errs on the side of yes where only check digits differ."""
        mine, theirs = self._bounds(), other._bounds()
        return (
            len(mine[0]) == len(theirs[0])
            and self.suffix == other.suffix
            and mine[0] <= theirs[1]
            and theirs[0] <= mine[1]
        )

    def _bounds(self) -> tuple[str, str]:
        checked = self.check is not CheckDigit.NONE
        low, high = str(self.first).zfill(self.width), str(self.last).zfill(self.width)
        return f"{self.prefix}{low}{'0' * checked}", f"{self.prefix}{high}{'9' * checked}"


def _check_digit(digits: str, check: CheckDigit) -> str:
    match check:
        case CheckDigit.NONE:
            return ""
        case CheckDigit.MOD10:
            doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
            return str(-sum(value - 9 * (value > 9) for value in doubled) % 10)
        case CheckDigit.S10:
            weighed = sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
            rest = 11 - weighed % 11
            return str({10: 0, 11: 5}.get(rest, rest))
