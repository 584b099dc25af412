"""The stack a measurement runs on: its own, durable (fsync on, acks=all), with goods, a key and ever new buyers."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from devkit.bench.wire import Request, request_bytes
from devkit.caller import Caller
from devkit.stack.components import Component, components
from devkit.stack.home import Home
from devkit.stack.own import OwnStack
from devkit.stack.servers import Servers
from devkit.stack.usage import listening, usage_of
from devkit.trouble import Trouble

GOODS = 400
"""SKUs that are bought; enough that two orders seldom want the same."""
IN_STOCK = 100_000
_KNOWS_THE_GOODS = f"SELECT count(*) >= {GOODS} FROM products WHERE sku LIKE 'BENCH-%'"  # noqa: S608
_NOTHING_TO_SEND = "SELECT NOT EXISTS (SELECT FROM chassis.outbox)"
TRACE_RATIO = "0.05"
"""The share of orders whose trace is kept, as in production; the result names it."""


@dataclass
class Stage:
    """A stack that is up, its gateway, and what a shop needs before it can take orders."""

    stack: OwnStack
    api_key: str = ""
    skus: list[str] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return self.stack.home

    @property
    def gateway(self) -> tuple[str, int]:
        address = urlsplit(self.home.gateway_url)
        return address.hostname or "127.0.0.1", address.port or 80

    @property
    def servers(self) -> Servers:
        return Servers(self.home)

    @property
    def services(self) -> list[Component]:
        return [part for part in components(self.home) if part.kind == "service"]

    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.api_key}

    def orders(self) -> Request:
        """Requests for orders of one to three goods, every buyer another, every order with a key of its own."""
        tag = secrets.token_hex(4)
        dice = random.Random(tag)  # noqa: S311 - a load, no secret

        def made(number: int) -> bytes:
            lines = dice.choices((1, 2, 3), (60, 30, 10))[0]
            body = {
                "source": "bench",
                "external_id": f"{tag}-{number}",
                "channel": "marketplace",
                "contact": {
                    "name": f"Nguyễn Văn {number}",
                    "phone": f"09{dice.randrange(10**8):08d}",
                    "address": {"street": f"{number} Lê Lợi", "ward": "Phường Sài Gòn", "province": "Hồ Chí Minh"},
                },
                "lines": [{"sku": sku, "quantity": 1} for sku in dice.sample(self.skus, lines)],
                "freight": {"amount": 30_000},
                "device": "mobile",
            }
            headers = self.headers() | {"idempotency-key": f"{tag}-{number}"}
            return request_bytes("POST", "/api/orders", headers, json.dumps(body).encode())

        return made

    def confirmation(self, order_id: str) -> bytes:
        headers = self.headers() | {"idempotency-key": str(uuid4())}
        return request_bytes("POST", f"/api/orders/{order_id}/confirm", headers, b"{}")

    async def furnish(self) -> None:
        """Goods in stock, and a key that may call as often as it likes."""
        async with Caller.of(self.home, "admin") as admin, Caller.of(self.home, "warehouse") as warehouse:
            wanted = ["orders:read", "orders:write", "order-status:write", "order-status:read"]
            made = await admin.post(
                "/api/keys", {"name": "bench", "permissions": wanted, "calls_per_second": 10_000}
            )  # fmt: skip
            self.api_key = made["key"]
            self.skus = [f"BENCH-{number:04d}" for number in range(GOODS)]
            for first in range(0, GOODS, 50):
                async with asyncio.TaskGroup() as together:
                    for number in range(first, first + 50):
                        together.create_task(warehouse.post("/api/inventory/products", _product(number)))
            lines = [{"sku": sku, "quantity": IN_STOCK, "unit_cost": 50_000} for sku in self.skus]
            receipt = {"document": "BENCH", "supplier": "bench", "location_id": "KHO", "lines": lines}
            await warehouse.post("/api/inventory/receipts", receipt)
        await self.until("orders", _KNOWS_THE_GOODS, "orders knows the goods")

    async def ask(self, database: str, query: str) -> Any:
        """The one value of a query, asked as the administrator."""
        return await self.servers.postgres.ask(lambda connection: connection.fetchval(query), database)

    async def until(self, database: str, query: str, what: str, *, within: float = 60.0) -> None:
        """Wait until a query says true. Raises ``Trouble`` that says what did not happen."""
        deadline = time.monotonic() + within
        while not await self.ask(database, query):
            if time.monotonic() > deadline:
                raise Trouble(f"Within {within:.0f} s this did not happen: {what}.")
            await asyncio.sleep(0.1)

    async def quiet(self, *, within: float = 120.0) -> None:
        """Wait until no outbox holds anything and nobody is behind."""
        for service in self.services:
            await self.until(service.name, _NOTHING_TO_SEND, f"the outbox of {service.name} is empty", within=within)

    def processor_seconds(self) -> dict[str, float]:
        """So far, by process: ``orders api``, ``orders consume``, …, ``postgres``, ``kafka-1``."""
        found: dict[str, float] = {}
        for part in components(self.home):
            running = part.daemon.find()
            if running is None:
                continue
            used = usage_of(running.pid)
            names = listening(self._roles(part), iter(used)) if part.kind == "service" else {}
            for pid, each in used.items():
                name = f"{part.name} {names[pid]}" if pid in names else part.name
                found[name] = found.get(name, 0.0) + each.cpu
        return found

    def _roles(self, part: Component) -> dict[int, str]:
        return dict(zip(part.ports, ("api", "consume", "relay"), strict=True))


@contextmanager
def stage(folder: Path | None = None) -> Iterator[Stage]:
    """A stack that is up, and is taken down and forgotten afterwards. ``folder``: use and keep what lies there."""
    with tempfile.TemporaryDirectory(prefix="ganh-bench-") as passing:
        stack = OwnStack(folder or Path(passing) / "stack", GANH_TRACE_RATIO=TRACE_RATIO)
        try:
            up(stack)
            yield Stage(stack)
        finally:
            stack.dev("down")


def up(stack: OwnStack) -> float:
    """``./dev up --detach``; the seconds until everything was ready. Raises ``Trouble`` with what it said."""
    begun = time.monotonic()
    done = stack.dev("up", "--detach")
    if done.returncode:
        raise Trouble(f"The stack does not come up:\n{(done.stdout + done.stderr)[-3000:]}")
    return time.monotonic() - begun


def spent(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Processor seconds between two looks, the busiest first; what did not run at both is left out."""
    used = {name: round(after[name] - seconds, 2) for name, seconds in before.items() if name in after}
    return dict(sorted(used.items(), key=lambda each: -each[1]))


def _product(number: int) -> dict[str, Any]:
    return {
        "sku": f"BENCH-{number:04d}", "name": f"Áo thử {number}", "barcode": None, "weight_g": 250,
        "price": {"amount": 199_000}, "vat_rate_bp": 800,
    }  # fmt: skip
