"""Whoever is away takes nobody with it, and what was asked meanwhile is done when it is back."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from shop import Stack, eventually

from devkit.caller import Caller, Refused
from devkit.demo.day import Day
from devkit.demo.log import Log
from devkit.demo.pace import Pace
from devkit.demo.plan import Door, Fate, Wish, plan
from devkit.demo.play import PARTNER, books, quiet_verdicts
from devkit.demo.staff import Staff, staff
from devkit.stack.partners import add_partner

pytestmark = [pytest.mark.deep, pytest.mark.timeout(600)]

SERVICES = ("orders", "inventory", "shipping", "accounting", "crm")
AWAY = float(os.environ.get("GANH_TEST_AWAY", "60"))
"""Seconds each is stopped."""
RATE = int(os.environ.get("GANH_TEST_RATE", "20"))
"""Orders per second."""
BACK = 30.0
"""Seconds after its return within which everything must add up."""
AT_ONCE = 2.0
"""Seconds within which a caller must hear that a service is away."""


@dataclass
class Trade:
    """Orders from a marketplace, and beside each a question to another service.

    ``outcomes`` counts per service how its calls ended; ``slowest`` keeps the longest wait for a refusal in seconds.
    """

    people: Staff
    log: Log
    day: Day
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: float = 0.0

    async def go_on(self, wishes: Sequence[Wish]) -> None:
        beside = [
            ("inventory", self._stock),
            ("shipping", self._quote),
            ("accounting", self._books),
            ("crm", self._who),
        ]
        async with asyncio.TaskGroup() as group:
            for number, wish in enumerate(wishes):
                group.create_task(self._ask("orders", lambda wish=wish: self._place(wish)))
                service, question = beside[number % len(beside)]
                group.create_task(self._ask(service, question))
                await asyncio.sleep(1 / RATE)

    async def _ask(self, service: str, question: Callable[[], Awaitable[object]]) -> None:
        began, ended = time.monotonic(), "answered"
        try:
            await question()
        except Refused as refused:
            ended = f"{refused.status} {refused.code}"
            self.slowest = max(self.slowest, time.monotonic() - began)
        except httpx2.TransportError as broken:
            ended = type(broken).__name__
        self.outcomes.setdefault(service, Counter())[ended] += 1

    async def catch_up(self) -> None:
        """Whoever was refused asks again."""
        for wish in self.log.plan.wishes:
            if wish.number not in self.log.orders:
                await self._place(wish, patience=BACK)

    async def _place(self, wish: Wish, patience: float = 0) -> None:
        body, key = self.day.body(wish) | {"source": self.log.source}, f"{self.log.plan.tag}-{wish.number}"
        order = await self.people.website.call("POST", "/api/orders", json=body, key=key, patience=patience)
        self.day.accepted(wish, order)
        path = f"/api/orders/{order['id']}/confirm"
        await self.people.sales.call("POST", path, json={}, key=f"{key} confirmed", patience=patience)
        self.log.orders[wish.number].confirmed = True

    async def _stock(self) -> None:
        await at_once(self.people.warehouse, "GET", "/api/inventory/stock")

    async def _quote(self) -> None:
        body = {"province": "Hà Nội", "weight_g": 500}
        await at_once(self.people.shipping, "POST", "/api/shipping/quotes", body, key=secrets.token_hex(8))

    async def _books(self) -> None:
        await at_once(self.people.accountant, "GET", "/api/accounting/trial-balance")

    async def _who(self) -> None:
        await at_once(self.people.care, "GET", "/api/crm/customers")


async def at_once(who: Caller, method: str, path: str, body: object = None, *, key: str | None = None) -> dict:
    """One try: whoever is told to come back later counts as refused."""
    return await who.call(method, path, json=body, key=key, patience=0)


@asynccontextmanager
async def trading(stack: Stack) -> AsyncIterator[Trade]:
    """A shop with goods, some of which suffice only when more have come, and a partner's door."""
    tag = f"A{secrets.token_hex(3).upper()}"
    wanted = plan(int(AWAY * RATE) + 20, 11, tag)
    wishes = [
        replace(wish, door=Door.MARKETPLACE, fate=Fate.ON_THE_ROAD, prepaid=False, twin_of=None)
        for wish in wanted.wishes
    ]
    log = Log(replace(wanted, wishes=tuple(wishes)), source=f"demo-{tag}")
    log.before["from"] = datetime.now(UTC).isoformat()
    partner = await asyncio.to_thread(add_partner, stack.home, PARTNER, "orders", 10_000_000)
    async with staff(stack.home, tag) as people:
        await books(people, log)
        day = Day(people, log, Pace(log.seconds), partner)
        await day.warehouse.open_shop()
        yield Trade(people, log, day)


async def adds_up(trade: Trade) -> None:
    verdicts = await quiet_verdicts(trade.people, trade.log, BACK)
    assert [verdict for verdict in verdicts if not verdict.holds] == []


@pytest.mark.parametrize("away", SERVICES)
async def test_while_a_service_is_away_no_call_to_another_fails_and_soon_after_its_return_all_adds_up(
    stack: Stack, away: str
) -> None:
    async with trading(stack) as trade:
        before, meanwhile = trade.log.plan.wishes[:RATE], trade.log.plan.wishes[RATE:]
        await trade.go_on(before)
        assert {name: set(ended) for name, ended in trade.outcomes.items()} == {name: {"answered"} for name in SERVICES}
        trade.outcomes.clear()

        await asyncio.to_thread(stack.dev, "stop", away)
        try:
            await trade.go_on(meanwhile)
        finally:
            await asyncio.to_thread(stack.dev, "start", away)

        expected = {name: {"answered"} for name in SERVICES} | {away: {"503 service-away"}}
        assert {name: set(ended) for name, ended in trade.outcomes.items()} == expected
        assert trade.slowest < AT_ONCE
        await trade.catch_up()
        await trade.day.warehouse.restock()
        await adds_up(trade)


async def test_while_the_gateway_is_away_a_door_is_open_and_soon_after_its_return_all_adds_up(stack: Stack) -> None:
    async with trading(stack) as trade:
        wishes = list(trade.log.plan.wishes)
        await asyncio.to_thread(stack.dev, "stop", "gateway")
        try:
            async with asyncio.TaskGroup() as group:
                handed_in: list[tuple[list[Wish], asyncio.Task[dict[str, Any]]]] = []
                for start in range(0, len(wishes), RATE * 5):
                    some = wishes[start : start + RATE * 5]
                    handed_in.append((some, group.create_task(trade.day.hand_in(some))))
                    await asyncio.sleep(5)
        finally:
            await asyncio.to_thread(stack.dev, "start", "gateway")

        for some, answers in handed_in:
            await trade.day.answered_at_door(some, answers.result())
        await eventually(lambda: trade.people.sales.get("/api/me"), bool)
        await adds_up(trade)
