"""The desk's short commands, each one call of the order: log a call, confirm, hold, release, cancel."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.domain import Reason
from orders.application import thresholds
from orders.application.announce import commanded
from orders.application.intake import PlaceOrder
from orders.application.place_order import Placement, place_order
from orders.application.ports import Stores, Work
from orders.domain.agreement import Call, Hold
from orders.domain.calling import CallRules, note_call
from orders.domain.errors import MomentPassed, OrderRefused, OverrideNotAllowed
from orders.domain.happenings import CallOutcome, CancelReason
from orders.domain.order import Order
from orders.domain.progress import Patience


@dataclass(frozen=True, slots=True)
class Target:
    """The order a command is about, by id or code; ``stores``: those to which the caller is confined."""

    ref: UUID | str
    stores: Stores


def call_rules(uow: Work) -> CallRules:
    """When to call again, as set now."""
    return CallRules(
        no_answer=timedelta(minutes=uow.setting(thresholds.call_no_answer)),
        busy=timedelta(minutes=uow.setting(thresholds.call_busy)),
        later=timedelta(minutes=uow.setting(thresholds.call_later)),
        attempts=uow.setting(thresholds.call_attempts),
        review=timedelta(hours=uow.setting(thresholds.hold_review)),
    )


def _ahead(moment: datetime | None, field: str, uow: Work) -> None:
    if moment is not None and moment <= uow.now:
        raise MomentPassed(field=field, at=moment.astimezone(uow.zone).isoformat(timespec="minutes"))


def _dated(hold: Hold, order: Order, uow: Work) -> Hold:
    """The same hold said again keeps its day."""
    if hold.until is not None:
        return hold
    if order.hold is not None and order.hold == replace(hold, until=order.hold.until):
        return order.hold
    return replace(hold, until=uow.now + timedelta(hours=uow.setting(thresholds.hold_review)))


def patience(uow: Work) -> Patience:
    """How long customers wait unasked, as set now (ORD-12)."""
    return Patience(uow.setting(thresholds.waiting_call), uow.zone)


async def take_call(
    order: PlaceOrder, note: str | None, uow: Work, *, stores: Stores, confirms_for: Stores
) -> Placement:
    """The customer orders and agrees in one call: taken in, noted and confirmed at once, or not at all (ORD-01, 04).

    Handed in before, it stays as it is by now. ``note`` is that of the call, ``confirms_for`` the stores whose orders
    the caller may confirm. Raises what ``place_order`` raises; ``OrderRefused`` also for a blacklisted customer, whose
    order is placed first and then decided on (CRM-14).
    """
    placement = await place_order(order, uow, stores=stores)
    if not placement.created:
        return placement
    if placement.order.progress.blacklisted:
        raise OrderRefused([Reason("customer-blacklisted", "contact/phone")], count=1)
    target = Target(placement.order.id, confirms_for)
    await log_call(target, CallOutcome.ANSWERED, note, uow)
    return replace(placement, order=await confirm_order(target, None, False, uow))


async def log_call(
    target: Target, outcome: CallOutcome, note: str | None, uow: Work, *, again_at: datetime | None = None
) -> Order:
    """Note a call and what follows from it (ORD-04). ``again_at``: when the customer asked to be called.

    Raises ``CannotLogCall`` or ``MomentPassed``.
    """
    _ahead(again_at, "call_back_at", uow)
    async with commanded(target.ref, "order.call", uow, stores=target.stores) as order:
        note_call(order, Call(at=uow.now, by=str(uow.actor), outcome=outcome, note=note), again_at, call_rules(uow))
    return order


async def confirm_order(target: Target, override: str | None, may_override: bool, uow: Work) -> Order:
    """The customer agreed: stock is held and the shipment prepared by others, who hear of it (ORD-04).

    Whether the customer is on the blacklist is asked again now. ``override`` is the reason to confirm against it,
    which only who keeps the blacklist may give (CRM-14).
    """
    if override is not None and not may_override:
        raise OverrideNotAllowed
    async with commanded(target.ref, "order.confirm", uow, stores=target.stores, reason=override) as order:
        blacklisted = await uow.orders.is_blacklisted(order.contact.phone)
        order.confirm(uow.now, blacklisted=blacklisted, override=override, patience=patience(uow))
    return order


async def hold_order(target: Target, hold: Hold, uow: Work) -> Order:
    """Put it aside; without a day of its own it is looked at again after the time that is set.

    Raises ``CannotHold`` or ``MomentPassed``.
    """
    _ahead(hold.until, "until", uow)
    async with commanded(target.ref, "order.hold", uow, stores=target.stores, reason=hold.note) as order:
        order.put_on_hold(_dated(hold, order, uow))
    return order


async def release_order(target: Target, note: str | None, uow: Work) -> Order:
    async with commanded(target.ref, "order.release", uow, stores=target.stores, reason=note) as order:
        order.release()
    return order


async def cancel_order(target: Target, reason: CancelReason, note: str | None, by_lead: bool, uow: Work) -> Order:
    """End the order, or ask whoever has the parcel whether it can still be ended (ORD-14)."""
    async with commanded(target.ref, "order.cancel", uow, stores=target.stores, reason=note or str(reason)) as order:
        order.cancel(reason, note, by_lead=by_lead)
    return order
