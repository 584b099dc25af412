"""One harness per test: the whole service on a fresh database of its own, without a broker."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chassis.testing import Harness
from inventory.main import service


@pytest.fixture
async def harness(harness_for: Callable[..., Awaitable[Harness]]) -> AsyncIterator[Harness]:
    yield await harness_for(service)
