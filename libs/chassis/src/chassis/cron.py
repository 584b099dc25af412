"""When a job is due: every so often, or by the five fields of cron in the zone of the business."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_FARTHEST = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Every:
    """Due at each whole multiple of the interval, counted from 1970, so that replicas agree without asking."""

    interval: timedelta

    def after(self, moment: datetime) -> datetime:
        """The first due time later than ``moment``."""
        step = self.interval // timedelta(seconds=1)
        return datetime.fromtimestamp((int(moment.timestamp()) // step + 1) * step, UTC)

    def __str__(self) -> str:
        return f"every {self.interval}"


@dataclass(frozen=True, slots=True)
class Cron:
    """``minute hour day-of-month month day-of-week`` with ``*``, lists, ranges and steps; Sunday is 0 and 7.

    As in cron, where both days are restricted, either suffices.
    """

    text: str
    zone: tzinfo

    def after(self, moment: datetime) -> datetime:
        """The first due time later than ``moment``. Raises ``ValueError`` for an expression that never comes."""
        minutes, hours, days, months, weekdays = self._fields()
        either = days != frozenset(range(1, 32)) and not weekdays >= frozenset(range(7))
        local = moment.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0) + timedelta(minutes=1)
        last = local + _FARTHEST
        while local < last:
            by_day, by_weekday = local.day in days, (local.isoweekday() % 7) in weekdays
            if local.month not in months or not (by_day or by_weekday if either else by_day and by_weekday):
                local = local.replace(hour=0, minute=0) + timedelta(days=1)
            elif local.hour not in hours:
                local = local.replace(minute=0) + timedelta(hours=1)
            elif local.minute not in minutes:
                local += timedelta(minutes=1)
            else:
                return local.replace(tzinfo=self.zone).astimezone(UTC)
        raise ValueError(f"cron {self.text!r} is never due")

    def checked(self) -> Cron:
        """Itself, if it can be read. Raises ``ValueError`` naming the field that cannot."""
        self._fields()
        return self

    def _fields(self) -> tuple[frozenset[int], ...]:
        parts = self.text.split()
        if len(parts) != len(_FIELDS):
            raise ValueError(f"cron {self.text!r} needs five fields")
        found = [frozenset(_values(part, *field)) for part, field in zip(parts, _FIELDS, strict=True)]
        found[4] = frozenset(day % 7 for day in found[4])
        return tuple(found)

    def __str__(self) -> str:
        return f"cron {self.text}"


def _values(text: str, name: str, low: int, high: int) -> Iterator[int]:
    for part in text.split(","):
        span, _, step = part.partition("/")
        try:
            first, last = (low, high) if span == "*" else _range(span, high if step else None)
            every = int(step) if step else 1
        except ValueError:
            raise ValueError(f"{name}: {part!r} is not understood") from None
        if not (low <= first <= last <= high and every > 0):
            raise ValueError(f"{name}: {part!r} is outside of {low}-{high}")
        yield from range(first, last + 1, every)


def _range(span: str, open_end: int | None) -> tuple[int, int]:
    first, dash, last = span.partition("-")
    if dash:
        return int(first), int(last)
    return int(first), int(first) if open_end is None else open_end
