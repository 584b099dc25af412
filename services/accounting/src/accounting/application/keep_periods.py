"""Months are closed and, with a reason, opened again."""

from __future__ import annotations

from accounting.application.ports import Work


async def close_period(period: str, reason: str, uow: Work) -> None:
    """From here on it takes no entry; what comes late goes to an open month."""
    calendar = await uow.journal.calendar()
    calendar.close(period, uow.today, await uow.journal.first_used())
    await uow.journal.close(period, str(uow.actor), uow.now, reason)
    uow.audit("close", "period", period, before={"state": "open"}, after={"state": "closed"}, reason=reason)


async def reopen_period(period: str, reason: str, uow: Work) -> None:
    """Only the last closed one."""
    (await uow.journal.calendar()).reopen(period)
    await uow.journal.reopen(period, reason)
    uow.audit("open", "period", period, before={"state": "closed"}, after={"state": "open"}, reason=reason)
