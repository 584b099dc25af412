"""Every role against every right of DOMAIN part 2, through the gateway."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.application.rights import ROLES, areas, defaults

pytestmark = [pytest.mark.connected, pytest.mark.capability("GWC-01")]
ACTIONS = ("read", "write", "delete", "approve")


@pytest.fixture(scope="session")
def every_right() -> list[str]:
    return [f"{area}:{action}" for area in areas() for action in ACTIONS]


async def test_a_role_reaches_exactly_what_its_cells_allow(gateway_for: Any, stand_in: Any, every_right: Any) -> None:
    routes = [("GET", "/" + right.replace(":", "/"), right) for right in every_right]
    shop = await stand_in("shop", *routes)
    gateway = await gateway_for(shop, calls_per_second=10_000)
    for role in (*ROLES, "ADMIN"):
        client = await gateway.as_(role, stores=["CH1"])
        held = defaults()[role]

        async def reaches(right: str, client: Any = client) -> bool:
            answer = await client.get("/api/" + right.replace(":", "/"))
            assert answer.status_code in (200, 403)
            return bool(answer.status_code == 200)

        reached = await asyncio.gather(*(reaches(right) for right in every_right))
        expected = [right in held or f"{right}:own" in held for right in every_right]
        wrong = [right for right, got, meant in zip(every_right, reached, expected, strict=True) if got != meant]
        assert wrong == [], role
