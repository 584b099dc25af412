"""At every point the chassis names, in every operation on an order's way, a process dies; nothing shows of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest
from shop import Shop, Stack

from crashes import stories
from crashes.edits import points
from crashes.post import Post
from crashes.traps import Traps
from devkit.stack.partners import Partner
from devkit.truth import History, until_quiet, verdicts

pytestmark = [pytest.mark.slow, pytest.mark.system, pytest.mark.timeout(900)]


async def test_whoever_dies_wherever_nothing_is_lost_and_nothing_doubled(
    shop: Shop, stack: Stack, traps: Traps, partner: Partner, post: Post
) -> None:
    sold, cancelled, mended, _ = await asyncio.gather(
        stories.sold(shop, traps, post),
        stories.cancelled(shop, traps, partner),
        stories.mended(shop, traps, partner, post),
        stories.hired(shop, traps),
    )
    told = await stories.told(shop, traps)
    reached: dict[str, list[str]] = defaultdict(list)
    for death in traps.deaths:
        reached[death["point"]].append(f"{death['service']}: {', '.join(death['in_hand'])}")
    for point, where in sorted(reached.items()):
        print(f"{point}: {len(where)} deaths", *sorted(where), sep="\n    ")  # noqa: T201 - pytest -s shows the table
    assert set(reached) == set(points()) - {"migration-before-commit"}

    history = History()
    for order, source in ((sold, shop.tag), (told, shop.tag), (cancelled, partner.name), (mended, partner.name)):
        history.invoke("crashes", source=source, mark=order["external_id"]).ok(order["id"])
    await until_quiet(stack.home, patience=120)
    assert [verdict for verdict in await verdicts(stack.home, history) if not verdict.holds] == []
    assert [(await shop.order(order))["status"] for order in (sold, cancelled, mended)] == [
        "reconciled",
        "cancelled",
        "new",
    ]
    assert (await shop.accountant.get(f"/api/accounting/orders/{cancelled['id']}"))["refunded"] == (
        cancelled["total"]["amount"]
    )
