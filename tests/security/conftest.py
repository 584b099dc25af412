"""A platform for those who mean it no good: what these tests leave behind (edited roles, junk, ended sessions) would
disturb everybody else's, so it is not the one that the system tests share."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
from intruder import Intruder
from paper import STAFF
from shop import Shop, Stack, signed_in

from devkit.caller import Caller
from devkit.stack.own import OwnStack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)
    # An administrator by chance changes roles, thresholds and users: whoever comes after him meets another shop.
    items.sort(key=lambda item: item.path == Path(__file__).with_name("test_fuzz_http.py"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`./dev up` from nothing, with its demo shop; everything is stopped at the end."""
    platform = Stack(OwnStack(tmp_path_factory.mktemp("hostile") / "home"))
    platform.dev("up", "--detach")
    yield platform
    platform.dev("down")


@pytest.fixture(scope="session")
async def people(stack: Stack) -> AsyncIterator[dict[str, Caller]]:
    async with signed_in(stack.home, STAFF.values()) as callers:
        yield callers


@pytest.fixture
def shop(stack: Stack, people: dict[str, Caller]) -> Shop:
    """The people of the shop, and goods that no other test touches."""
    return Shop(stack, people, f"T{secrets.token_hex(3).upper()}")


@pytest.fixture(scope="session")
async def intruder(stack: Stack) -> AsyncIterator[Intruder]:
    """Somebody on the machine's network: reaches the gateway and, past it, every service."""
    async with Intruder(stack.home) as somebody:
        yield somebody


@pytest.fixture
async def tokens(intruder: Intruder) -> Mapping[str, str]:
    """A session's access token for each role, good for some minutes more."""
    return await intruder.tokens()
