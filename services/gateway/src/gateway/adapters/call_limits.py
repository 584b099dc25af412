"""How often somebody may call: per login or key, and per address for whoever is not signed in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.limits import RateLimit
from gateway.application.login import Login


class CallLimits:
    """Each key may have a rate of its own; all others share the settings'."""

    def __init__(self, engine: AsyncEngine, *, per_second: float, guests_per_second: float) -> None:
        self._engine = engine
        self._usual = RateLimit(engine, "calls", per_second=per_second)
        self._guests = RateLimit(engine, "guest calls", per_second=guests_per_second)
        self._special: dict[float, RateLimit] = {}

    async def spend(self, login: Login) -> None:
        """Raises ``TooMany``."""
        await self._limit_of(login).spend(login.user)

    async def spend_guest(self, address: str) -> None:
        """Raises ``TooMany``."""
        await self._guests.spend(address)

    def _limit_of(self, login: Login) -> RateLimit:
        rate = login.calls_per_second
        if rate is None:
            return self._usual
        if rate not in self._special:
            self._special[rate] = RateLimit(self._engine, f"calls at {rate:g}", per_second=rate)
        return self._special[rate]
