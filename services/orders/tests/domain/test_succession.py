"""An order that others stand in for ends once; while somebody is asked, nobody changes its end (ORD-07, ORD-08)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from orders.domain import errors
from orders.domain.agreement import Wishes
from orders.domain.facets import Delivery, Sales, Stock
from orders.domain.happenings import CancelReason, Confirmed, Placed, StandingAside, Succeeded
from orders.domain.order import Order
from orders.domain.progress import Missing, Progress
from orders.domain.replacement import Kind, Replacement, Successor

NOW = datetime(2025, 11, 22, 6, tzinfo=UTC)
Make = Callable[..., Order]

pytestmark = pytest.mark.capability("ORD-07", "ORD-08")


def heir_of(order: Order, paid: int = 0) -> Order:
    return Order.succeed(
        order,
        id=uuid4(),
        code="DH2511220002",
        agreement=order.agreement,
        wishes=Wishes(note="gói quà"),
        replaces=(order.code,),
        placed_at=order.placed_at,
        paid=paid,
        at=NOW,
    )


def test_before_confirmation_it_stands_aside_at_once(make_order: Make) -> None:
    order = make_order()
    assert order.stand_aside(uuid4(), Kind.SPLIT)
    assert (order.sales, order.collect()) == (Sales.NEW, [])


def test_confirmed_it_waits_for_whoever_has_the_parcel(make_order: Make) -> None:
    order, replacement = make_order(confirmed=True), uuid4()
    assert not order.stand_aside(replacement, Kind.MERGE)
    assert (order.sales, order.progress.replacement) == (Sales.CANCELLING, replacement)
    assert order.collect() == [StandingAside(kind="merge")]
    with pytest.raises(errors.CannotCancel):
        order.cancel(CancelReason.CHANGED_MIND, None, by_lead=True)
    order.progress.shipment_cancelled()
    assert (order.sales, order.progress.collect()) == (Sales.CANCELLING, [])


def test_refused_it_goes_on_and_nobody_is_to_recall_it(make_order: Make) -> None:
    order = make_order(confirmed=True)
    order.stand_aside(uuid4(), Kind.SPLIT)
    order.progress.cancel_refused()
    assert (order.sales, order.progress.replacement, order.progress.recall_offered) == (Sales.CONFIRMED, None, False)


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (lambda progress: setattr(progress, "sales", Sales.CANCELLED), "ended"),
        (lambda progress: setattr(progress, "sales", Sales.CANCELLING), "cancelling"),
        (lambda progress: setattr(progress, "delivery", Delivery.HANDED_OVER), "handed-over"),
        (lambda progress: setattr(progress, "stock", Stock.PICKING), "being-picked"),
        (lambda progress: setattr(progress, "refunded", 1), "refunded"),
    ],
)
def test_why_nobody_can_take_its_place_is_told(
    make_order: Make, change: Callable[[Progress], None], because: str
) -> None:
    order = make_order(confirmed=True)
    change(order.progress)
    with pytest.raises(errors.CannotStandAside) as refused:
        order.stand_aside(uuid4(), Kind.SPLIT)
    assert refused.value.params["because"] == [because]


def test_it_ends_and_names_who_goes_on_with_what_was_paid(make_order: Make) -> None:
    order = make_order(confirmed=True)
    heir = Successor(order_id=uuid4(), code="DH2511220002", paid=50_000)
    order.end_as(Sales.SPLIT, Kind.SPLIT, [heir])
    assert (order.sales, order.replaced_by) == (Sales.SPLIT, ("DH2511220002",))
    [said] = order.collect()
    assert isinstance(said, Succeeded)
    assert (said.successors, said.was_confirmed) == (((heir.order_id, heir.code, 50_000),), True)


def test_an_heir_is_as_far_as_the_order_was(make_order: Make) -> None:
    new, called, agreed = make_order(), make_order(spoken=True), make_order(confirmed=True)
    heirs = [heir_of(each) for each in (new, called, agreed)]
    assert [heir.sales for heir in heirs] == [Sales.NEW, Sales.CONFIRMING, Sales.CONFIRMED]
    assert [type(each) for each in heirs[2].collect()] == [Placed, Confirmed]
    assert (heirs[2].confirmed_at, heirs[2].wishes.note, heirs[2].origin.external_id) == (NOW, "gói quà", None)


def test_an_heir_of_more_money_than_it_costs_is_overpaid(make_order: Make) -> None:
    assert heir_of(make_order(), paid=10**9).progress.overpaid
    assert not heir_of(make_order(), paid=1).progress.overpaid


def test_an_heir_waits_for_goods_since_the_order_did(make_order: Make) -> None:
    order, since = make_order(confirmed=True), NOW - timedelta(days=9)
    order.progress.stock_short((Missing(sku="AO-L", wanted=2, available=0),), since)
    heir = heir_of(order)
    heir.progress.stock_short((Missing(sku="AO-L", wanted=2, available=0),), NOW)
    assert heir.progress.waiting_since == since


def test_a_replacement_is_answered_when_it_is_known_of_each() -> None:
    one, other = uuid4(), uuid4()
    asked = Replacement(id=uuid4(), kind=Kind.MERGE, orders=(one, other), gone=frozenset({one}))
    assert not asked.answered
    asked.kept = frozenset({other})
    assert asked.answered
