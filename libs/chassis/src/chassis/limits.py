"""How often somebody may call, shared by all processes of a service; and counts that must be exact.

The library ``limits`` has no storage in PostgreSQL and asks its storage at every call; here a process leases tokens
in blocks and spends them from memory, so a busy caller costs one trip per hundred calls or second.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.failures import is_transient
from chassis.refusals import TooMany

LEASE = 1.0
"""Seconds after which tokens that were not spent are given back."""
BLOCK = 100
"""Tokens leased at once, at most; never more than a quarter of the bucket, so that other processes find some."""
REMEMBERED = 20_000

_LEASE = text("SELECT * FROM chassis.lease_tokens(:name, :who, :rate, :burst, :wanted, :returned)")
_ATTEMPT = text("""
    INSERT INTO chassis.strict_count AS counted (name, who, count, since)
    VALUES (:name, :who, 1, clock_timestamp())
    ON CONFLICT (name, who) DO UPDATE SET
        count = CASE WHEN counted.since < clock_timestamp() - CAST(:within AS interval) THEN 1
                     ELSE counted.count + 1 END,
        since = CASE WHEN counted.since < clock_timestamp() - CAST(:within AS interval) THEN clock_timestamp()
                     ELSE counted.since END
    RETURNING count AS attempts, extract(epoch FROM since + CAST(:within AS interval) - clock_timestamp()) AS remaining
""")
_FORGIVE = text("DELETE FROM chassis.strict_count WHERE name = :name AND who = :who")


@dataclass(slots=True)
class _Purse:
    """What this process holds for one caller until a monotonic moment: leased tokens, or the knowledge of none."""

    tokens: float = 0.0
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimit:
    """A bucket per caller that refills at ``per_second`` and holds ``burst``; all processes draw from the same one.

    While the database is away each process lets a block a second through: whoever needs the database is told so by
    it, and nobody else should suffer.
    """

    def __init__(self, engine: AsyncEngine, name: str, *, per_second: float, burst: float | None = None) -> None:
        if per_second <= 0:
            raise ValueError("a rate is more than nothing")
        self._engine = engine
        self._name = name
        self._rate = per_second
        self._burst = max(1.0, burst if burst is not None else per_second * 10)
        self._block = float(max(1, min(BLOCK, int(self._burst / 4))))
        self._purses: OrderedDict[str, _Purse] = OrderedDict()

    async def spend(self, who: str) -> None:
        """Take one token of ``who``. Raises ``TooMany`` with the seconds until the next one."""
        purse = self._purse(who)
        if self._spent(purse):
            return
        async with purse.lock:
            if not self._spent(purse):
                await self._lease(who, purse)
                if not self._spent(purse):
                    raise TooMany(retry_after=max(0.0, purse.until - time.monotonic()))

    def _spent(self, purse: _Purse) -> bool:
        """Whether a token in memory did; raises ``TooMany`` while it is known that there is none."""
        left = purse.until - time.monotonic()
        if left <= 0:
            return False
        if purse.tokens >= 1:
            purse.tokens -= 1
            return True
        if purse.tokens < 0:
            raise TooMany(retry_after=left)
        return False

    async def _lease(self, who: str, purse: _Purse) -> None:
        asked = {"name": self._name, "who": who, "rate": self._rate, "burst": self._burst}
        asked |= {"wanted": self._block, "returned": max(0.0, purse.tokens)}
        purse.tokens = 0.0
        try:
            async with self._engine.begin() as connection:
                found = (await connection.execute(_LEASE, asked)).one()
        except Exception as error:
            if not is_transient(error):
                raise
            purse.tokens, purse.until = self._block, time.monotonic() + LEASE
            return
        if found.granted >= 1:
            purse.tokens, purse.until = found.granted, time.monotonic() + LEASE
        else:
            purse.tokens, purse.until = -1.0, time.monotonic() + found.retry_after

    def _purse(self, who: str) -> _Purse:
        purse = self._purses.get(who)
        if purse is None:
            purse = self._purses[who] = _Purse()
            if len(self._purses) > REMEMBERED:
                self._purses.popitem(last=False)
        else:
            self._purses.move_to_end(who)
        return purse


class StrictCount:
    """At most ``most`` attempts ``within`` a time, counted one by one before each is made: a login, a code by phone.

    Counting has a transaction of its own, so a refused attempt counts although its request is rolled back, and
    attempts made at the same moment cannot slip past each other.
    """

    def __init__(
        self, engine: AsyncEngine, name: str, *, most: int, within: timedelta, code: str | None = None
    ) -> None:
        self._engine = engine
        self._name = name
        self._most = most
        self._within = within
        self._code = code

    async def attempt(self, who: str) -> None:
        """Count one. Raises ``TooMany`` with the seconds until counting begins anew."""
        asked = {"name": self._name, "who": who, "within": self._within}
        async with self._engine.begin() as connection:
            found = (await connection.execute(_ATTEMPT, asked)).one()
        if found.attempts > self._most:
            raise TooMany(retry_after=float(found.remaining), code=self._code)

    async def forgive(self, who: str) -> None:
        """The attempt was right: forget what failed before."""
        async with self._engine.begin() as connection:
            await connection.execute(_FORGIVE, {"name": self._name, "who": who})
