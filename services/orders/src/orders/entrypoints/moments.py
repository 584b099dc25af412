"""Bounds of a list in time, as people write them: a day of the shop's calendar, or a point in time."""

from datetime import date, datetime, time, timedelta, tzinfo

from chassis.domain import Reason
from chassis.refusals import Unprocessable


def since(text: str | None, zone: tzinfo) -> datetime | None:
    """From the beginning of that day, or from that moment on."""
    return _read(text, "from", zone, timedelta(0)) if text else None


def until(text: str | None, zone: tzinfo) -> datetime | None:
    """Up to the end of that day, or up to that moment (excluded)."""
    return _read(text, "to", zone, timedelta(days=1)) if text else None


def _read(text: str, name: str, zone: tzinfo, whole_day: timedelta) -> datetime:
    try:
        if len(text) == len("2025-11-22"):
            return datetime.combine(date.fromisoformat(text) + whole_day, time(), zone)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise Unprocessable(reasons=(Reason("bad-moment", f"query:{name}"),), count=1) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
