"""At every point the chassis names, in every operation on an order's way, a process dies; nothing shows of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from shop import Shop, Stack, eventually

from crashes import stories
from crashes.edits import points
from crashes.post import Post
from crashes.traps import Traps
from devkit.stack.partners import Partner

pytestmark = [pytest.mark.slow, pytest.mark.system]


async def test_whoever_dies_wherever_nothing_is_lost_and_nothing_doubled(
    shop: Shop, stack: Stack, traps: Traps, partner: Partner, post: Post
) -> None:
    sold, cancelled, mended, _ = await asyncio.gather(
        stories.sold(shop, traps, post),
        stories.cancelled(shop, traps, partner),
        stories.mended(shop, traps, partner, post),
        stories.hired(shop, traps),
    )
    table = defaultdict(list)
    for death in traps.deaths:
        table[death["point"]].append(f"{death['service']}: {death['in_hand']}")
    for point, where in sorted(table.items()):
        print(point, len(where), *sorted(where), sep="\n    ")  # noqa: T201 - the table is what is wanted of a run
    assert set(table) == set(points()) - {"migration-before-commit"}
    await eventually(lambda: shop.admin.get("/api/dead-letters", state="failed"), lambda page: not page["items"])
    placed: Any = [sold, cancelled, mended]
    assert len({order["id"] for order in placed}) == 3
