"""The service on a database of its own, and builders for what the others say."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounting.main import service
from chassis.testing.harness import Harness

sys.path.insert(0, str(Path(__file__).parent))

NOON = datetime(2025, 11, 22, 5, 0, tzinfo=UTC)
"""Midday in the shop, in the middle of a month."""


@pytest.fixture
async def harness(harness_for: Callable[..., Awaitable[Harness]]) -> Harness:
    made = await harness_for(service)
    made.now = NOON
    return made
