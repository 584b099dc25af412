"""One warehouse per test: the whole service on a fresh database of its own, without a broker."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chassis.testing import Harness

sys.path.insert(0, str(Path(__file__).parent / "support"))

if TYPE_CHECKING:
    from warehouse_floor import Floor


@pytest.fixture
async def floor(harness_for: Callable[..., Awaitable[Harness]]) -> "Floor":
    """The warehouse at noon of 22 November 2025, empty."""
    from warehouse_floor import NOON, Floor

    from inventory.main import service

    harness = await harness_for(service)
    harness.now = NOON
    return Floor(harness)
