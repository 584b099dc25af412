"""Plays a day and holds the platform against the log of it."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta

from devkit.caller import Refused
from devkit.demo.checks import all_checks
from devkit.demo.day import Day
from devkit.demo.log import Log
from devkit.demo.pace import Pace, StillWaiting
from devkit.demo.plan import plan
from devkit.demo.staff import Staff, staff
from devkit.stack.home import Home
from devkit.stack.partners import add_partner
from devkit.trouble import Trouble
from devkit.verdict import Verdict

QUIET = 60.0
PARTNER = "cho-online"


async def play(home: Home, orders: int, seed: int) -> tuple[Log, list[Verdict]]:
    """The log of the day and the verdicts on it. ``Trouble`` if the day could not be played to its end."""
    tag = f"D{secrets.token_hex(3).upper()}"
    partner = await asyncio.to_thread(add_partner, home, PARTNER, "orders", 10_000_000)
    log = Log(plan=plan(orders, seed, tag), source=f"demo-{tag}")
    log.before["from"] = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    pace = Pace(log.seconds)
    async with staff(home, tag) as people:
        await books(people, log)
        try:
            async with pace.shown():
                await Day(people, log, pace, partner).play()
        except* (AssertionError, Refused, StillWaiting, TimeoutError) as failed:
            raise Trouble("\n".join(str(each) for each in _leaves(failed))) from failed
        return log, await quiet_verdicts(people, log)


async def quiet_verdicts(people: Staff, log: Log, patience: float = QUIET) -> list[Verdict]:
    """The verdicts once nothing moves any more: facts may still be on their way when the last call is answered."""
    deadline = time.monotonic() + patience
    while True:
        verdicts = await all_checks(people, log)
        if all(verdict.holds for verdict in verdicts) or time.monotonic() > deadline:
            return verdicts
        await asyncio.sleep(1)


async def books(people: Staff, log: Log) -> None:
    """What the books say before the day."""
    log.before["trial balance"] = await people.accountant.get("/api/accounting/trial-balance")
    log.before["cod due"] = await people.accountant.get("/api/accounting/cod-due/by-carrier")
    letters = [letter async for letter in people.admin.all("/api/dead-letters")]
    log.before["dead letters"] = {letter["id"] for letter in letters}


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found
