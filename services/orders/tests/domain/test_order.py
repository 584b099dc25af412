"""What people may do with an order, and what they are told when they may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from orders.domain import errors
from orders.domain.agreement import WISHES, Agreement, Call, Hold, Origin, Payment, Wishes
from orders.domain.facets import Delivery, Sales, Stock
from orders.domain.happenings import (
    CallLogged,
    CallOutcome,
    Cancelled,
    CancelReason,
    CancelRequested,
    Confirmed,
    Edited,
    Held,
    HoldReason,
    Placed,
    Released,
    Resumed,
)
from orders.domain.lines import Line
from orders.domain.order import Order
from orders.domain.progress import Patience, Shipment
from orders.domain.status import Flag, Status

NOW = datetime(2025, 11, 22, 6, tzinfo=UTC)
Make = Callable[..., Order]


def call(outcome: CallOutcome = CallOutcome.ANSWERED) -> Call:
    return Call(at=NOW, by="user:sal", outcome=outcome)


def shipment() -> Shipment:
    return Shipment(id=uuid4(), carrier_id="ghn", tracking="GHN1")


def confirm(order: Order, patience: Patience, *, blacklisted: bool = False, override: str | None = None) -> None:
    order.confirm(NOW, blacklisted=blacklisted, override=override, patience=patience)


def test_placing_an_order_is_remembered(make_order: Make) -> None:
    order = make_order()
    assert order.status is Status.NEW
    fresh = Order.place(
        id=uuid4(),
        code="DH2511220002",
        origin=order.origin,
        contact=order.contact,
        agreement=order.agreement,
        placed_at=NOW,
    )
    assert fresh.collect() == [Placed()]


@pytest.mark.capability("ORD-04")
def test_the_first_call_begins_the_confirmation(make_order: Make) -> None:
    order = make_order()
    order.log_call(call(CallOutcome.NO_ANSWER))
    assert order.status is Status.CONFIRMING
    assert order.collect() == [CallLogged(outcome=CallOutcome.NO_ANSWER, note=None)]


@pytest.mark.capability("ORD-04")
def test_nobody_confirms_without_having_spoken_with_the_customer(make_order: Make, patience: Patience) -> None:
    order = make_order()
    with pytest.raises(errors.CallMissing) as refused:
        confirm(order, patience)
    assert refused.value.params["state"] == "new"
    assert refused.value.params["possible"] == ["calls", "hold", "edit", "cancel", "delete"]
    order.log_call(call(CallOutcome.NO_ANSWER))
    with pytest.raises(errors.CallMissing):
        confirm(order, patience)
    order.log_call(call())
    confirm(order, patience)
    assert order.status is Status.CONFIRMED


@pytest.mark.capability("ORD-04")
def test_a_marketplace_has_spoken_with_its_customer_itself(make_order: Make, patience: Patience) -> None:
    order = make_order(origin=Origin(channel="shopee", source="shopee", call_required=False))
    confirm(order, patience)
    assert order.collect() == [Confirmed(override=None)]
    assert order.confirmed_at == NOW


@pytest.mark.capability("ORD-02")
def test_incomplete_data_is_not_confirmed(make_order: Make, patience: Patience) -> None:
    order = make_order(spoken=True)
    order.contact = replace(order.contact, name=" ", address=replace(order.contact.address, ward=""))
    with pytest.raises(errors.DataIncomplete) as refused:
        confirm(order, patience)
    assert refused.value.params["missing"] == ["contact/name", "contact/address/ward"]


def test_confirming_twice_is_the_same_as_once(make_order: Make, patience: Patience) -> None:
    order = make_order(confirmed=True)
    confirm(order, patience)
    assert order.collect() == []


@pytest.mark.capability("CRM-14")
def test_a_blacklisted_customer_pays_in_advance(make_order: Make, patience: Patience) -> None:
    order = make_order(spoken=True)
    with pytest.raises(errors.PrepaymentNeeded) as refused:
        confirm(order, patience, blacklisted=True)
    assert refused.value.params["cod"] == 330_000
    order.paid_so_far(329_999)
    with pytest.raises(errors.PrepaymentNeeded):
        confirm(order, patience, blacklisted=True)
    order.paid_so_far(330_000)
    confirm(order, patience, blacklisted=True)
    assert order.status is Status.CONFIRMED


@pytest.mark.capability("CRM-14")
def test_a_reason_lets_a_blacklisted_customer_pay_at_the_door(make_order: Make, patience: Patience) -> None:
    order = make_order(spoken=True)
    confirm(order, patience, blacklisted=True, override="khách quen của chị Hoa")
    assert order.collect()[-1] == Confirmed(override="khách quen của chị Hoa")


def test_a_held_order_is_not_confirmed_before_it_is_released(make_order: Make, patience: Patience) -> None:
    order = make_order(spoken=True)
    order.put_on_hold(Hold(reason=HoldReason.UNPAID, until=NOW + timedelta(days=1)))
    assert order.status is Status.ON_HOLD
    with pytest.raises(errors.CannotConfirm) as refused:
        confirm(order, patience)
    assert "release" in refused.value.params["possible"]
    order.release()
    assert (order.status, order.hold) == (Status.CONFIRMING, None)
    assert [type(each) for each in order.collect()] == [Held, Resumed]


def test_a_confirmed_order_cannot_be_held(make_order: Make) -> None:
    with pytest.raises(errors.CannotHold):
        make_order(confirmed=True).put_on_hold(Hold(reason=HoldReason.OTHER))


def test_nothing_to_release_is_said(make_order: Make) -> None:
    with pytest.raises(errors.CannotRelease):
        make_order().release()
    with pytest.raises(errors.CannotRelease):
        make_order(confirmed=True).release()


@pytest.mark.capability("ORD-14")
@pytest.mark.parametrize("spoken", [False, True])
def test_before_confirmation_the_desk_cancels_alone(make_order: Make, spoken: bool) -> None:
    order = make_order(spoken=spoken)
    order.cancel(CancelReason.PRICE, None, by_lead=False)
    assert order.status is Status.CANCELLED
    [cancelled] = order.collect()
    assert isinstance(cancelled, Cancelled)
    assert not cancelled.was_confirmed


@pytest.mark.capability("ORD-14")
def test_after_confirmation_cancelling_is_a_question(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.cancel(CancelReason.DELAY, "chờ lâu", by_lead=False)
    assert order.status is Status.CANCELLING
    assert order.collect() == [CancelRequested(reason=CancelReason.DELAY, note="chờ lâu")]
    assert order.possible == ("calls",)


@pytest.mark.capability("ORD-14")
def test_shipping_says_yes_and_only_then_is_it_cancelled(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.cancel(CancelReason.DELAY, "chờ lâu", by_lead=False)
    order.progress.shipment_cancelled()
    [cancelled] = order.progress.collect()
    assert order.status is Status.CANCELLED
    assert (cancelled.was_confirmed, cancelled.reason, cancelled.note) == (True, CancelReason.DELAY, "chờ lâu")


@pytest.mark.capability("ORD-14")
def test_shipping_says_no_and_the_order_goes_on_with_a_recall_offered(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.cancel(CancelReason.DELAY, None, by_lead=False)
    order.progress.shipment_moved(Delivery.HANDED_OVER, shipment())
    assert order.progress.flags == {Flag.RECALL}
    order.progress.cancel_refused()
    assert (order.status, order.sales) == (Status.HANDED_OVER, Sales.CONFIRMED)
    assert order.progress.flags == {Flag.RECALL}
    order.progress.shipment_moved(Delivery.DELIVERED, order.progress.shipment or shipment())
    assert order.progress.flags == frozenset()


@pytest.mark.capability("ORD-14")
def test_a_packed_parcel_is_cancelled_by_the_lead_only(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.progress.stock_moved(Stock.PACKED)
    with pytest.raises(errors.CancelNeedsLead):
        order.cancel(CancelReason.PRICE, None, by_lead=False)
    order.cancel(CancelReason.PRICE, None, by_lead=True)
    assert order.status is Status.CANCELLING


@pytest.mark.capability("ORD-14")
def test_what_the_carrier_has_cannot_be_cancelled(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.progress.shipment_moved(Delivery.HANDED_OVER, shipment())
    with pytest.raises(errors.CannotCancel) as refused:
        order.cancel(CancelReason.PRICE, None, by_lead=True)
    assert refused.value.params["state"] == "handed_over"


def test_cancelling_twice_is_the_same_as_once(make_order: Make) -> None:
    order = make_order()
    order.cancel(CancelReason.PRICE, None, by_lead=False)
    order.collect()
    order.cancel(CancelReason.OTHER, None, by_lead=False)
    assert order.collect() == []
    assert order.progress.cancel_reason is CancelReason.PRICE


def edit(order: Order, **changes: object) -> tuple[str, ...]:
    now = {
        "contact": order.contact,
        "wishes": order.wishes,
        "agreement": order.agreement,
        "destination": order.destination,
    }
    return order.edit(**(now | changes))  # type: ignore[arg-type]


@pytest.mark.capability("ORD-09")
@pytest.mark.parametrize("wish", WISHES)
def test_every_wish_may_change_until_the_handover(make_order: Make, wish: str) -> None:
    order = make_order(confirmed=True)
    assert edit(order, wishes=replace(order.wishes, **{wish: "mới"})) == (wish,)
    assert getattr(order.wishes, wish) == "mới"
    assert edit(order) == ()
    order.progress.shipment_moved(Delivery.HANDED_OVER, shipment())
    with pytest.raises(errors.CannotEdit):
        edit(order, wishes=replace(order.wishes, **{wish: "muộn rồi"}))


@pytest.mark.capability("ORD-09")
def test_a_changed_address_is_recorded_until_the_parcel_is_handed_over(make_order: Make) -> None:
    order = make_order(confirmed=True)
    elsewhere = replace(order.contact, address=replace(order.contact.address, street="14 Hàng Bạc"))
    order.progress.stock_moved(Stock.PACKED)
    order.progress.shipment_created(shipment())
    assert edit(order, contact=elsewhere) == ("contact",)
    assert order.collect() == [Edited(changed=("contact",))]
    order.progress.shipment_moved(Delivery.HANDED_OVER, order.progress.shipment or shipment())
    with pytest.raises(errors.CannotEdit):
        edit(order, wishes=Wishes(note="muộn rồi"))


@pytest.mark.capability("ORD-09")
def test_goods_are_fixed_once_confirmed(make_order: Make) -> None:
    order = make_order(spoken=True)
    bigger = replace(order.agreement, freight=40_000)
    assert edit(order, agreement=bigger) == ("freight", "cod")
    order.progress.sales = Sales.CONFIRMED
    with pytest.raises(errors.CannotEditTerms) as refused:
        edit(order, agreement=replace(bigger, payment=Payment.PREPAID))
    assert refused.value.params["fields"] == ["payment"]


def test_an_edit_that_changes_nothing_is_nothing(make_order: Make) -> None:
    order = make_order(confirmed=True)
    assert edit(order) == ()
    assert order.collect() == []


def test_nobody_edits_while_the_order_is_being_cancelled(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.cancel(CancelReason.PRICE, None, by_lead=False)
    with pytest.raises(errors.CannotEdit):
        edit(order, wishes=Wishes(note="đổi ý"))


@pytest.mark.capability("ORD-35")
def test_what_is_collected_is_the_total_less_what_was_paid(make_order: Make) -> None:
    order = make_order()
    assert (order.agreement.total, order.cod) == (330_000, 330_000)
    order.paid_so_far(100_000)
    assert order.cod == 230_000
    assert order.collect() == [Edited(changed=("paid", "cod"))]
    order.paid_so_far(400_000)
    assert order.cod == 0
    assert Flag.OVERPAID in order.progress.flags


def test_a_payment_told_twice_changes_nothing(make_order: Make) -> None:
    order = make_order()
    order.paid_so_far(100_000)
    order.collect()
    order.paid_so_far(100_000)
    assert order.collect() == []


def test_a_payment_for_a_cancelled_order_is_recorded_and_announced_to_nobody(make_order: Make) -> None:
    order = make_order()
    order.cancel(CancelReason.PRICE, None, by_lead=False)
    order.collect()
    order.paid_so_far(330_000)
    assert (order.progress.paid, order.collect()) == (330_000, [])


@pytest.mark.capability("ORD-12")
def test_a_customer_who_waited_long_says_yes(make_order: Make, patience: Patience) -> None:
    order = make_order(confirmed=True)
    order.progress.stock_reserved(NOW + timedelta(days=11), "KHO", NOW, patience)
    assert (order.status, order.progress.flags) == (Status.WAITING_STOCK, {Flag.CALL_CUSTOMER})
    assert "release" in order.possible
    order.release()
    assert order.status is Status.CONFIRMED
    assert order.progress.collect() == [
        Released(order_id=order.id, code=order.code, reserved_at=order.progress.reserved_at)
    ]


def test_calls_are_logged_until_the_order_has_ended(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.log_call(call())
    order.progress.sales = Sales.CLOSED
    with pytest.raises(errors.CannotLogCall):
        order.log_call(call())


def test_a_hold_with_a_new_day_replaces_the_old(make_order: Make) -> None:
    order = make_order()
    order.put_on_hold(Hold(reason=HoldReason.UNREACHABLE))
    order.put_on_hold(Hold(reason=HoldReason.UNREACHABLE))
    order.put_on_hold(Hold(reason=HoldReason.UNREACHABLE, until=NOW))
    assert [each.until for each in order.collect()] == [None, NOW]


def test_an_order_needs_goods_to_be_confirmed(make_order: Make, patience: Patience) -> None:
    order = make_order(origin=Origin(channel="shopee", source="shopee", call_required=False))
    order.agreement = Agreement(lines=())
    with pytest.raises(errors.DataIncomplete):
        confirm(order, patience)


def test_the_edit_of_a_line_is_named(make_order: Make) -> None:
    order = make_order()
    [first] = order.agreement.lines
    more = Line(id=uuid4(), sku="MU-01", name="Mũ", quantity=1, unit_price=50_000, staff_added=True)
    assert edit(order, agreement=replace(order.agreement, lines=(first, more))) == ("lines", "cod")
    assert order.agreement.total == 380_000
