"""The demo's checks hold on a day that went well, and each names what somebody changed behind the services' back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from shop import Stack

from devkit.demo.checks import CHECKS
from devkit.demo.log import Log
from devkit.demo.staff import Staff, staff

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Break:
    """``{by}`` is +1 to break and −1 to mend; ``of`` says which of the day's things ``$1`` is."""

    check: str
    service: str
    of: str
    statement: str
    guard: str | None = None
    """The table whose trigger forbids it; its owner can still do it."""


BREAKS = [
    Break(
        "every accepted order is there once", "orders", "order",
        "UPDATE orders SET total = total + {by} WHERE id = $1",
    ),
    Break(
        "every order ended as it went", "orders", "order",
        "UPDATE progress SET status = CASE {by} WHEN 1 THEN 'lost' ELSE 'reconciled' END WHERE order_id = $1",
    ),
    Break(
        "reserved equals live holds", "inventory", "sku",
        "UPDATE stock_levels SET reserved = reserved + {by} WHERE sku = $1 AND location_id = 'KHO'",
    ),
    Break(
        "levels equal what moved", "inventory", "sku",
        "UPDATE stock_levels SET on_hand = on_hand + {by} WHERE sku = $1 AND location_id = 'KHO'",
    ),
    Break(
        "stock ledger equals levels", "inventory", "sku",
        "UPDATE stock_moves SET on_hand = on_hand + {by} WHERE sku = $1 AND kind = 'receipt'", "stock_moves",
    ),
    Break(
        "stock account equals stock value", "inventory", "sku",
        "UPDATE stock_worths SET value = value + {by} WHERE sku = $1",
    ),
    Break(
        "every journal entry balances", "accounting", "order",
        "UPDATE journal_lines SET amount = amount + {by} WHERE order_id = $1 AND account LIKE '511%'",
        "journal_lines",
    ),
    Break(
        "COD due is delivered less received", "accounting", "order",
        "UPDATE shipments SET owed = owed + {by} WHERE order_id = $1",
    ),
    Break(
        "customers have their orders and points", "crm", "phone",
        "UPDATE customers SET points = points + {by} WHERE phone = $1",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
async def auditors(stack: Stack) -> AsyncIterator[Staff]:
    async with staff(stack.home, "audit") as people:
        yield people


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.check)
async def test_a_row_that_was_changed_behind_the_services_is_named(
    stack: Stack, auditors: Staff, day: Log, broken: Break
) -> None:
    connection = await asyncpg.connect(stack.database_url(broken.service))
    thing = things(day)[broken.of]
    try:
        assert await says(broken.check, auditors, day) == []
        await change(connection, broken, 1, thing)
        try:
            assert await says(broken.check, auditors, day) != []
        finally:
            await change(connection, broken, -1, thing)
        assert await says(broken.check, auditors, day) == []
    finally:
        await connection.close()


def things(day: Log) -> dict[str, Any]:
    """One settled order of the day, a SKU there is plenty of, and a buyer."""
    order = next(order for order in day.orders.values() if order.settled and order.cod)
    sku = next(ware.sku for ware in day.plan.wares if not ware.scarce)
    return {"order": order.id, "sku": sku, "phone": f"+84{order.wish.buyer.phone[1:]}"}


async def change(connection: asyncpg.Connection[Any], broken: Break, by: int, thing: Any) -> None:
    async with connection.transaction():
        if broken.guard:
            await connection.execute(f"ALTER TABLE {broken.guard} DISABLE TRIGGER USER")
        done = await connection.execute(broken.statement.format(by=f"({by})"), thing)
        if broken.guard:
            await connection.execute(f"ALTER TABLE {broken.guard} ENABLE TRIGGER USER")
    assert done != "UPDATE 0"


async def says(check: str, people: Staff, day: Log) -> list[str]:
    return (await CHECKS[check](people, day))[1]
