"""One whole platform for all system tests: every process, on ports and data of its own, driven from outside only."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from shop import Shop, Stack, signed_in

from devkit.caller import Caller
from devkit.demo.log import Log
from devkit.demo.play import play
from devkit.stack.own import OwnStack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`./dev up` from nothing, with its demo shop; everything is stopped at the end."""
    folder = tmp_path_factory.mktemp("stack")
    platform = Stack(OwnStack(folder / "home", GANH_CLOCK_FILE=str(folder / "clock")))
    platform.dev("up", "--detach")
    yield platform
    platform.dev("down")


@pytest.fixture(scope="session")
async def people(stack: Stack) -> AsyncIterator[dict[str, Caller]]:
    roles = ("admin", "sales", "lead", "manager", "cashier", "warehouse", "shipping", "accountant", "care", "director")
    async with signed_in(stack.home, roles) as callers:
        yield callers


@pytest.fixture(scope="session")
async def day(stack: Stack) -> Log:
    """A trading day of sixty orders that went well: the tests of those who check it share it."""
    log, verdicts = await play(stack.home, orders=60, seed=7)
    assert [verdict for verdict in verdicts if not verdict.holds] == []
    return log


@pytest.fixture
def shop(stack: Stack, people: dict[str, Caller]) -> Shop:
    """The people of the shop, and goods that no other test touches."""
    return Shop(stack, people, f"T{secrets.token_hex(3).upper()}")
