"""Which day and which month of the books a moment belongs to. Business days are those of the shop, not of UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def business_day(moment: datetime, zone: str) -> date:
    """The shop's calendar day at ``moment`` (tz-aware)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def period_of(day: date) -> str:
    """The period a day falls into: ``2025-11``."""
    return f"{day.year:04d}-{day.month:02d}"


def first_day(period: str) -> date:
    """The first day of a period. ``ValueError`` for text that names none."""
    year, _, month = period.partition("-")
    if len(year) != 4 or len(month) != 2:
        raise ValueError(f"{period!r} is not a period")
    return date(int(year), int(month), 1)


def following(period: str) -> str:
    """The period after this one."""
    start = first_day(period)
    return period_of(date(start.year + start.month // 12, start.month % 12 + 1, 1))
