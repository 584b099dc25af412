"""One stack whose every process looks for traps, with the demo shop's people and a partner's door."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from shop import Shop, Stack, signed_in

from crashes.edits import IMPATIENT, deadly
from crashes.post import Post
from crashes.traps import Traps
from devkit.caller import Caller
from devkit.stack.own import OwnStack
from devkit.stack.partners import Partner, add_partner
from mutants.infect import infect

ROLES = ("admin", "sales", "lead", "manager", "cashier", "warehouse", "shipping", "accountant", "care", "director")


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Traps:
    return Traps(tmp_path_factory.mktemp("traps"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, traps: Traps) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    path = infect([deadly(traps.folder), *IMPATIENT], folder / "edits")
    platform = Stack(OwnStack(folder / "home", PYTHONPATH=path))
    platform.dev("up", "--detach", "--no-tracing")
    yield platform
    platform.dev("down")


@pytest.fixture(scope="module")
async def people(stack: Stack) -> AsyncIterator[dict[str, Caller]]:
    async with signed_in(stack.home, ROLES) as callers:
        yield callers


@pytest.fixture(scope="module")
def shop(stack: Stack, people: dict[str, Caller]) -> Shop:
    return Shop(stack, people, f"T{secrets.token_hex(3).upper()}")


@pytest.fixture(scope="module")
def partner(stack: Stack) -> Partner:
    return add_partner(stack.home, "cho-lon", "orders", 1_000_000)


@pytest.fixture(scope="module")
def post(stack: Stack) -> Post:
    return Post(stack.home)
