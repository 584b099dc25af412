"""What follows from a call to the customer: when the next one is due, or that the order is put aside (ORD-04)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.domain.agreement import Call, Hold
from orders.domain.facets import Sales
from orders.domain.happenings import CallOutcome, HoldReason
from orders.domain.order import Order

IN_VAIN = frozenset({CallOutcome.NO_ANSWER, CallOutcome.BUSY})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """How long until the next call after each outcome; ``attempts`` in vain put the order aside for ``review``."""

    no_answer: timedelta
    busy: timedelta
    later: timedelta
    attempts: int
    review: timedelta

    def again_at(self, outcome: CallOutcome, at: datetime) -> datetime | None:
        """When to call again; None after an answered call (the order is to be decided now) and for a wrong number."""
        match outcome:
            case CallOutcome.NO_ANSWER:
                return at + self.no_answer
            case CallOutcome.BUSY:
                return at + self.busy
            case CallOutcome.CALL_LATER:
                return at + self.later
            case CallOutcome.ANSWERED | CallOutcome.WRONG_NUMBER:
                return None


def note_call(order: Order, call: Call, wished: datetime | None, rules: CallRules) -> None:
    """Note the call and what follows from it. ``wished``: when the customer asked to be called.

    A wrong number, and as many calls in vain as are allowed, put an order that is at the desk aside as unreachable; it
    comes back for another round when the hold is reviewed.
    """
    order.log_call(call, wished or rules.again_at(call.outcome, call.at))
    if order.sales is not Sales.CONFIRMING:
        return
    vain = sum(each.outcome in IN_VAIN for each in order.calls)
    given_up = call.outcome in IN_VAIN and wished is None and vain % rules.attempts == 0
    if given_up or call.outcome is CallOutcome.WRONG_NUMBER:
        order.put_on_hold(Hold(reason=HoldReason.UNREACHABLE, until=call.at + rules.review))
