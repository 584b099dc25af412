import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chassis.testing import Harness

sys.path.insert(0, str(Path(__file__).parent / "support"))


@pytest.fixture
async def harness(harness_for: Callable[..., Awaitable[Harness]]) -> Harness:
    """Shipping on a database of its own."""
    from shipping.main import service

    return await harness_for(service)
