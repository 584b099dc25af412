"""The demo's checks hold on a day that went well, and each names what somebody changed behind the services' back."""

from __future__ import annotations

import asyncpg
import pytest
from shop import Stack

from devkit.demo.checks import CHECKS
from devkit.demo.log import Log
from devkit.demo.play import play
from devkit.demo.staff import Staff, staff

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def day(stack: Stack) -> Log:
    log, verdicts = await play(stack.home, orders=60, seed=7)
    assert [verdict for verdict in verdicts if not verdict.holds] == []
    return log


BREAKS = {
    "every accepted order is there once": ("orders", "UPDATE orders SET total = total + 1 WHERE id = $1"),
    "reserved equals live holds": (
        "inventory",
        "UPDATE stock_levels SET reserved = reserved + 1 WHERE sku = $2 AND location_id = 'KHO' AND reserved < on_hand",
    ),
    "customers have their orders and points": ("crm", "UPDATE customers SET points = points + 1 WHERE phone = $3"),
}


@pytest.mark.parametrize("check", BREAKS)
async def test_a_row_that_was_changed_behind_the_services_is_named(stack: Stack, day: Log, check: str) -> None:
    service, statement = BREAKS[check]
    order = next(order for order in day.orders.values() if order.confirmed)
    sku = next(ware.sku for ware in day.plan.wares if not ware.scarce)
    given = {"$1": order.id, "$2": sku, "$3": f"+84{order.wish.buyer.phone[1:]}"}
    (name,) = [name for name in given if name in statement]
    connection = await asyncpg.connect(stack.database_url(service))
    async with staff(stack.home, "again") as people:
        assert await _says(check, people, day) == []
        transaction = connection.transaction()
        await transaction.start()
        try:
            done = await connection.execute(statement.replace(name, "$1"), given[name])
            assert done == "UPDATE 1"
            await transaction.commit()
            assert await _says(check, people, day) != []
        finally:
            undo = statement.replace("+ 1", "- 1").replace(" AND reserved < on_hand", "").replace(name, "$1")
            await connection.execute(undo, given[name])
            await connection.close()
        assert await _says(check, people, day) == []


async def _says(check: str, people: Staff, day: Log) -> list[str]:
    return (await CHECKS[check](people, day))[1]
