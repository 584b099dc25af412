"""What follows from a call (ORD-04): numbers at their boundary."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from orders.domain.agreement import Call
from orders.domain.calling import CallRules, note_call
from orders.domain.happenings import CallOutcome, HoldReason
from orders.domain.order import Order

pytestmark = pytest.mark.capability("ORD-04")
NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)
RULES = CallRules(
    no_answer=timedelta(hours=1),
    busy=timedelta(minutes=15),
    later=timedelta(hours=2),
    attempts=3,
    review=timedelta(days=1),
)


def calls(order: Order, *outcomes: CallOutcome, wished: datetime | None = None) -> Order:
    for outcome in outcomes:
        note_call(order, Call(at=NOON, by="user:sal", outcome=outcome), wished, RULES)
    return order


@pytest.mark.parametrize(
    ("outcome", "minutes"),
    [
        (CallOutcome.NO_ANSWER, 60),
        (CallOutcome.BUSY, 15),
        (CallOutcome.CALL_LATER, 120),
        (CallOutcome.ANSWERED, 0),
    ],
)
def test_the_next_call_is_due_by_the_outcome_of_this_one(
    make_order: Callable[..., Order], outcome: CallOutcome, minutes: int
) -> None:
    assert calls(make_order(), outcome).due_at == NOON + timedelta(minutes=minutes)


def test_the_customers_own_wish_goes_first(make_order: Callable[..., Order]) -> None:
    tomorrow = NOON + timedelta(days=1)
    assert calls(make_order(), CallOutcome.NO_ANSWER, wished=tomorrow).due_at == tomorrow


def test_the_third_call_in_vain_puts_it_aside_and_so_does_the_sixth(make_order: Callable[..., Order]) -> None:
    order = calls(make_order(), CallOutcome.NO_ANSWER, CallOutcome.BUSY)
    assert order.status == "confirming"
    calls(order, CallOutcome.NO_ANSWER)
    assert (order.status, order.hold and order.hold.reason) == ("on_hold", HoldReason.UNREACHABLE)
    assert order.due_at == NOON + timedelta(days=1)
    order.release()
    assert calls(order, CallOutcome.BUSY, CallOutcome.BUSY).status == "confirming"
    assert calls(order, CallOutcome.BUSY).status == "on_hold"


def test_a_wrong_number_is_put_aside_at_once(make_order: Callable[..., Order]) -> None:
    order = calls(make_order(), CallOutcome.WRONG_NUMBER)
    assert (order.status, order.hold and order.hold.reason) == ("on_hold", HoldReason.UNREACHABLE)


def test_a_call_about_an_order_that_is_sold_changes_no_plan(make_order: Callable[..., Order]) -> None:
    order = calls(make_order(confirmed=True), CallOutcome.WRONG_NUMBER)
    assert (order.status, order.due_at) == ("confirmed", None)
