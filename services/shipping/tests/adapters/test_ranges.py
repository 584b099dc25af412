"""No tracking number is ever given twice, whoever asks at the same time (SHP-03)."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from shipping_cases import confirmed, hire, reserved

from chassis.testing import Harness
from contracts.shipping.v1 import ShipmentCreated, ShipmentUnroutable

pytestmark = pytest.mark.connected


@pytest.mark.capability("SHP-03")
async def test_batches_that_take_numbers_at_once_never_share_one(harness: Harness) -> None:
    await hire(harness, "a", numbers=50)
    await hire(harness, "b", numbers=50)

    async def take(wish: list[str]) -> list[tuple[str, str] | None]:
        async with harness.uow() as uow:
            given: list[tuple[str, str] | None] = await uow.carrier_port.allocate([wish] * 10)
            await asyncio.sleep(0)
            return given

    wishes = [["a", "b"], ["b", "a"]] * 5
    batches = await asyncio.gather(*(take(wish) for wish in wishes))
    given = [number for batch in batches for number in batch if number is not None]
    assert len(given) == 100
    assert len(set(given)) == 100
    assert Counter(carrier for carrier, _ in given) == {"a": 50, "b": 50}
    async with harness.uow() as uow:
        assert await uow.carrier_port.allocate([["a", "b"]]) == [None]


@pytest.mark.capability("SHP-03")
@pytest.mark.parametrize(("numbers", "made"), [(9, 9), (10, 10), (11, 10)])
async def test_the_last_number_of_a_range_is_given_and_no_further_one(
    harness: Harness, numbers: int, made: int
) -> None:
    await hire(harness, numbers=numbers)
    orders = [confirmed() for _ in range(10)]
    await harness.receives(*orders)
    await harness.receives(*(reserved(order.order_id) for order in orders))
    tracking = [event.tracking for event in await harness.published(ShipmentCreated)]
    assert sorted(tracking) == [f"GHN{number:09d}" for number in range(1, made + 1)]
    assert len(await harness.published(ShipmentUnroutable)) == 10 - made


async def test_ranges_are_used_up_one_after_the_other(harness: Harness) -> None:
    await hire(
        harness,
        ranges=[
            {"prefix": "A", "width": 1, "first": 8, "last": 9},
            {"prefix": "B", "width": 1, "first": 1, "last": 1},
        ],
    )
    async with harness.uow() as uow:
        given = await uow.carrier_port.allocate([["ghn"]] * 4)
    assert given == [("ghn", "A8"), ("ghn", "A9"), ("ghn", "B1"), None]


async def test_a_number_that_was_taken_and_rolled_back_is_given_again(harness: Harness) -> None:
    await hire(harness, numbers=1)
    with pytest.raises(RuntimeError):
        async with harness.uow() as uow:
            assert await uow.carrier_port.allocate([["ghn"]]) == [("ghn", "GHN000000001")]
            raise RuntimeError("the transaction fails")
    async with harness.uow() as uow:
        assert await uow.carrier_port.allocate([["ghn"]]) == [("ghn", "GHN000000001")]


async def test_the_orders_and_the_warehouse_may_complete_shipments_at_the_same_moment(harness: Harness) -> None:
    """Both consumers take numbers of the same carrier at once; nothing waits in a circle, nothing is given twice."""
    await hire(harness, numbers=200)
    by_order, by_stock = [confirmed() for _ in range(30)], [confirmed() for _ in range(30)]
    await harness.receives(*(reserved(order.order_id) for order in by_order))
    await harness.receives(*by_stock)
    await asyncio.gather(
        harness.receives(*by_order),
        harness.receives(*(reserved(order.order_id) for order in by_stock)),
    )
    made = await harness.published(ShipmentCreated)
    assert len({event.tracking for event in made}) == len({event.order_id for event in made}) == 60
