import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chassis.testing import Harness

sys.path.insert(0, str(Path(__file__).parent / "support"))


@pytest.fixture
async def harness(harness_for: Callable[..., Awaitable[Harness]]) -> Harness:
    from pantry.main import service

    return await harness_for(service)


@pytest.fixture
async def shelf(harness_for: Callable[..., Awaitable[Harness]]) -> Harness:
    from shelf.main import service

    return await harness_for(service)
