"""One platform for all races, driven from outside only; a round is many requests that leave at the same moment."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, Stack, signed_in

from devkit.caller import Caller, Refused
from devkit.stack.own import OwnStack

ROLES = ("admin", "sales", "lead", "warehouse", "shipping", "accountant", "care", "director")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`./dev up` from nothing, with its demo shop; everything is stopped at the end."""
    platform = Stack(OwnStack(tmp_path_factory.mktemp("races") / "home"))
    platform.dev("up", "--detach", "--no-tracing")
    yield platform
    platform.dev("down")


@pytest.fixture(scope="session")
async def people(stack: Stack) -> AsyncIterator[dict[str, Caller]]:
    """One caller per role, and a second accountant: some things need two people."""
    login, password = f"accountant-{secrets.token_hex(3)}", secrets.token_urlsafe(16)
    second = {"login": login, "name": "Lê Thu", "password": password, "roles": ["ACC"], "stores": []}
    async with signed_in(stack.home, ROLES) as callers:
        await callers["admin"].post("/api/users", second)
        async with Caller(stack.home.gateway_url, username=login, password=password) as second_accountant:
            yield callers | {"accountant2": second_accountant}


@pytest.fixture
def shop(stack: Stack, people: dict[str, Caller]) -> Shop:
    """The people of the shop, and goods that no other test touches."""
    return Shop(stack, people, f"R{secrets.token_hex(3).upper()}")


@pytest.fixture
def tell(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a measured number where the run's own lines are."""

    def say(text: str) -> None:
        with capsys.disabled():
            request.config.get_terminal_writer().line(f"\n{text}")

    return say


@dataclass(frozen=True)
class Outcome:
    """How one request of a race ended: its answer, or the refusal."""

    answer: Any = None
    refused: Refused | None = None

    @property
    def status(self) -> int:
        """200 for every answer, the refusal's own else."""
        return self.refused.status if self.refused is not None else 200


class Race:
    """Requests that leave together. Each has its own key: to the server they are different wishes."""

    @staticmethod
    async def of(*requests: Callable[[], Awaitable[Any]]) -> list[Outcome]:
        gate = asyncio.Event()

        async def run(request: Callable[[], Awaitable[Any]]) -> Outcome:
            await gate.wait()
            try:
                return Outcome(answer=await request())
            except Refused as refused:
                return Outcome(refused=refused)

        tasks = [asyncio.create_task(run(each)) for each in requests]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*tasks)

    @staticmethod
    def statuses(outcomes: list[Outcome]) -> Counter[int]:
        return Counter(each.status for each in outcomes)


@pytest.fixture
def race() -> type[Race]:
    return Race
