"""Periods of the books: one that is closed takes no entry; a fact that comes late goes to an open one.

Periods close in order and reopen in reverse, so "closed" is one line through the calendar: everything up to
``closed_through`` is closed and nothing after it is.
"""

from dataclasses import dataclass
from datetime import date

from accounting.domain.business_day import first_day, following, period_of
from chassis.domain import Conflict, Invalid


class PeriodNotOver(Conflict):
    """A month is closed when its last day has passed."""


class PeriodNotNext(Conflict):
    """Months close one after the other and reopen from the last."""


class PeriodAlready(Conflict):
    """The period is in that state already."""


class PeriodUnreadable(Invalid):
    """A period is written as year and month."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The line between closed and open months. ``None``: nothing was ever closed."""

    closed_through: str | None = None

    def is_open(self, period: str) -> bool:
        return self.closed_through is None or period > self.closed_through

    def posting_day(self, business_day: date, today: date) -> date:
        """Where a fact of ``business_day`` is entered: on that day if its month is open, else today; if this month
        is closed too, on the first open day."""
        if self.closed_through is None or self.is_open(period_of(business_day)):
            return business_day
        if self.is_open(period_of(today)):
            return today
        return first_day(following(self.closed_through))

    def close(self, period: str, today: date, first_used: str | None) -> "Calendar":
        """The calendar with ``period`` closed. ``first_used`` is the oldest month that has entries: with nothing
        closed so far it is the first that can be closed, so that no older entry is left open behind the line."""
        checked(period)
        if not self.is_open(period):
            raise PeriodAlready(period=period, state="closed", possible=["open"])
        if today < first_day(following(period)):
            raise PeriodNotOver(period=period, ends=following(period))
        expected = following(self.closed_through) if self.closed_through else first_used
        if expected is not None and period > expected:
            raise PeriodNotNext(period=period, possible=[expected])
        return Calendar(period)

    def reopen(self, period: str) -> str:
        """Checks that ``period`` may be opened again: only the last closed one may."""
        checked(period)
        if self.is_open(period):
            raise PeriodAlready(period=period, state="open", possible=["close"])
        if period != self.closed_through:
            raise PeriodNotNext(period=period, possible=[self.closed_through])
        return period


def checked(period: str) -> str:
    """The period as given, or ``PeriodUnreadable``."""
    try:
        first_day(period)
    except ValueError:
        raise PeriodUnreadable(field="period", period=period) from None
    return period
