"""One whole platform for all system tests: every process, on ports and data of its own, driven from outside only."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from shop import Shop, Stack

from devkit.caller import Caller
from devkit.stack.home import PORTS_IN_ALL, Home

root = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`./dev up` from nothing, with its demo shop; everything is stopped and removed at the end."""
    folder = tmp_path_factory.mktemp("stack")
    given = {
        "GANH_HOME": str(folder / "home"),
        "GANH_PORT_BASE": str(a_free_row_of_ports()),
        "GANH_CLOCK_FILE": str(folder / "clock"),
    }
    platform = Stack(Home(folder / "home"), {**os.environ, **given})
    platform.dev("up", "--detach")
    yield platform
    platform.dev("down")


@pytest.fixture(scope="session")
async def people(stack: Stack) -> AsyncIterator[dict[str, Caller]]:
    """One caller per role of the demo shop, signed in when first used."""
    roles = ("admin", "sales", "lead", "manager", "cashier", "warehouse", "shipping", "accountant", "care", "director")
    callers = {role: stack.caller(role) for role in roles}
    yield callers
    for caller in callers.values():
        await caller.close()


@pytest.fixture
def shop(stack: Stack, people: dict[str, Caller]) -> Shop:
    """The people of the shop, and goods that no other test touches."""
    return Shop(stack, people, f"T{secrets.token_hex(3).upper()}")


def a_free_row_of_ports() -> int:
    """The first of as many ports in a row as a stack takes, none of which answers."""
    while True:
        base = 20_000 + secrets.randbelow(30_000)
        if all(_is_free(base + offset) for offset in range(PORTS_IN_ALL)):
            return base


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
