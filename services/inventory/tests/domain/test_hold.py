"""Holds, and the queue of orders that wait."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from inventory.domain.hold import GoodsLine, Hold, HoldState, days_waiting, in_queue_order

ZONE = "Asia/Ho_Chi_Minh"
NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)


def hold(*lines: GoodsLine, placed: datetime = NOON, **more: object) -> Hold:
    return Hold(order_id=uuid4(), placed_at=placed, lines=lines or (GoodsLine(uuid4(), "A", 1),), **more)  # type: ignore[arg-type]


def test_one_that_never_waited_is_free_at_once() -> None:
    asked = hold()
    asked.grant("KHO", NOON)
    assert asked.free


def test_one_that_waited_is_free_only_when_it_is_released() -> None:
    asked = hold()
    asked.wait(NOON)
    asked.grant("KHO", NOON + timedelta(days=11))
    assert (asked.free, asked.waiting_since) == (False, NOON)
    asked.released = True
    assert asked.free


def test_a_hold_that_is_taken_back_begins_a_new_wait() -> None:
    asked = hold(released=True, waiting_since=NOON)
    asked.grant("KHO", NOON)
    asked.picked = True
    later = NOON + timedelta(days=2)
    asked.wait(later)
    assert (asked.state, asked.location_id, asked.waiting_since) == (HoldState.WAITING, None, later)
    assert (asked.released, asked.picked) == (False, False)


def test_what_has_left_is_promised_no_more() -> None:
    first, second = GoodsLine(uuid4(), "A", 3), GoodsLine(uuid4(), "B", 1)
    asked = hold(first, second)
    asked.shrink([(first.line_id, 1), (second.line_id, 1)])
    assert asked.lines == (GoodsLine(first.line_id, "A", 2),)
    asked.shrink([(first.line_id, 2)])
    assert not asked.lines


def test_the_queue_goes_by_the_orders_time() -> None:
    young, old = hold(placed=NOON), hold(placed=NOON - timedelta(seconds=1))
    twins = [Hold(order_id=UUID(int=n), placed_at=NOON, lines=young.lines) for n in (2, 1)]
    assert in_queue_order([young, old])[0] is old
    assert [each.order_id.int for each in in_queue_order(twins)] == [1, 2]


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (datetime(2025, 11, 21, 16, 59, 59, tzinfo=UTC), 1),
        (datetime(2025, 11, 21, 17, 0, 0, tzinfo=UTC), 0),
        (datetime(2025, 11, 11, 17, 0, 0, tzinfo=UTC), 10),
        (datetime(2025, 11, 11, 16, 59, 59, tzinfo=UTC), 11),
    ],
)
def test_days_are_those_of_the_shops_calendar(since: datetime, days: int) -> None:
    assert days_waiting(since, NOON, ZONE) == days
