"""The ten-day rule: who waited long for goods is asked before they are sent (ORD-12)."""

from datetime import datetime, tzinfo


def days_waited(since: datetime, until: datetime, zone: tzinfo) -> int:
    """Whole days by the shop's calendar: from any hour of Monday to any hour of Tuesday is one day."""
    return max(0, (until.astimezone(zone).date() - since.astimezone(zone).date()).days)


def must_ask(since: datetime, until: datetime, patience: int, zone: tzinfo) -> bool:
    """Whether the customer is called before the goods go out. Day ``patience`` itself does not count."""
    return days_waited(since, until, zone) > patience
