"""Facts are recorded whatever they are and whenever they come."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from orders.domain.facets import Delivery, Inspection, Money, Sales, Stock
from orders.domain.happenings import Closed, Released
from orders.domain.order import Order
from orders.domain.progress import Missing, Patience, Progress, Shipment
from orders.domain.status import Flag, Status

NOW = datetime(2025, 11, 22, 6, tzinfo=UTC)
GHN = Shipment(id=uuid4(), carrier_id="ghn", tracking="GHN1")
Make = Callable[..., Order]


def confirmed(**marks: object) -> Progress:
    return Progress(order_id=uuid4(), code="DH2511220001", sales=Sales.CONFIRMED, **marks)  # type: ignore[arg-type]


@pytest.mark.capability("ORD-12")
@pytest.mark.parametrize(("days", "status"), [(0, "confirmed"), (10, "confirmed"), (11, "waiting_stock")])
def test_who_waited_over_ten_days_is_asked_first(days: int, status: str, patience: Patience) -> None:
    progress = confirmed()
    progress.stock_short((Missing(sku="AO-L", wanted=1, available=0),), NOW)
    assert progress.status is Status.WAITING_STOCK
    progress.stock_reserved(NOW + timedelta(days=days), "KHO", NOW, patience)
    assert progress.status == status
    assert bool(progress.collect()) == (status == "confirmed")


def test_who_never_waited_goes_on_by_himself(patience: Patience) -> None:
    progress = confirmed()
    progress.stock_reserved(NOW, "KHO", None, patience)
    assert (progress.status, progress.released, progress.collect()) == (Status.CONFIRMED, True, [])


def test_goods_for_an_order_being_cancelled_release_nothing(patience: Patience) -> None:
    progress = confirmed()
    progress.sales = Sales.CANCELLING
    progress.stock_reserved(NOW, "KHO", NOW - timedelta(days=1), patience)
    assert progress.collect() == []


def test_a_hold_taken_back_makes_the_order_wait_again(patience: Patience) -> None:
    progress = confirmed()
    progress.stock_reserved(NOW, "KHO", NOW - timedelta(days=1), patience)
    progress.collect()
    progress.stock_short((), NOW)
    assert (progress.status, progress.released) == (Status.WAITING_STOCK, False)
    progress.stock_reserved(NOW, "KHO", NOW, patience)
    assert progress.collect() == [Released(order_id=progress.order_id, code="DH2511220001", reserved_at=NOW)]


def test_facts_before_the_order_show_no_status(patience: Patience) -> None:
    progress = Progress(order_id=uuid4())
    progress.stock_reserved(NOW, "KHO", NOW - timedelta(days=20), patience)
    progress.shipment_created(GHN)
    progress.shipment_cancelled()
    progress.cancel_refused()
    progress.settled(NOW)
    progress.close(NOW + timedelta(days=30), timedelta(days=7))
    progress.go_on()
    assert (progress.status, progress.flags, progress.known, progress.collect()) == (None, frozenset(), False, [])


@pytest.mark.capability("ORD-29")
def test_facts_of_three_topics_give_the_same_end_in_every_order(patience: Patience) -> None:
    warehouse: list[Callable[[Progress], None]] = [
        lambda p: p.stock_reserved(NOW, "KHO", None, patience),
        lambda p: p.stock_moved(Stock.PACKED),
        lambda p: p.stock_moved(Stock.ISSUED),
        lambda p: p.return_inspected(True),
    ]
    road: list[Callable[[Progress], None]] = [
        lambda p: p.shipment_created(GHN),
        lambda p: p.shipment_moved(Delivery.HANDED_OVER, GHN),
        lambda p: p.shipment_moved(Delivery.RETURNED, GHN),
    ]
    books: list[Callable[[Progress], None]] = [lambda p: p.disputed_by_carrier(), lambda p: p.settled(NOW)]
    topics = [warehouse, road, books]
    ends = set()
    for turns in set(itertools.permutations([0] * 4 + [1] * 3 + [2] * 2)):
        progress, place = confirmed(), [0, 0, 0]
        for topic in turns:
            topics[topic][place[topic]](progress)
            place[topic] += 1
        ends.add((progress.status, progress.flags, progress.stock, progress.delivery, progress.money))
    assert ends == {(Status.RECONCILED, frozenset(), Stock.ISSUED, Delivery.RETURNED, Money.RECONCILED)}


def test_another_parcel_of_the_order_does_not_move_it() -> None:
    progress = confirmed()
    progress.shipment_moved(Delivery.DELIVERED, GHN)
    progress.shipment_moved(Delivery.IN_DELIVERY, Shipment(id=uuid4(), carrier_id="ghn", tracking="GHN2"))
    assert progress.status is Status.DELIVERED


def test_failed_tries_are_counted_and_explained() -> None:
    progress = confirmed()
    progress.shipment_moved(Delivery.DELIVERY_FAILED, GHN, trouble="vắng nhà", attempt=2)
    assert (progress.attempts, progress.trouble) == (2, "vắng nhà")
    progress.shipment_moved(Delivery.IN_DELIVERY, GHN)
    assert progress.trouble is None


def test_an_order_no_carrier_reaches_is_flagged_until_one_does() -> None:
    progress = confirmed()
    progress.shipment_unroutable("không có hãng nào đến Côn Đảo")
    assert progress.flags == {Flag.UNROUTABLE}
    progress.shipment_created(GHN)
    assert progress.flags == frozenset()


def test_an_inspection_can_be_completed_and_not_undone() -> None:
    progress = confirmed()
    progress.return_inspected(False)
    assert progress.inspection is Inspection.INCOMPLETE
    progress.return_inspected(True)
    progress.return_inspected(False)
    assert progress.inspection is Inspection.COMPLETE


def test_a_difference_is_flagged_until_the_money_is_settled() -> None:
    progress = confirmed(delivery=Delivery.DELIVERED)
    progress.disputed_by_carrier()
    assert (progress.status, progress.flags) == (Status.DELIVERED, {Flag.COD_DIFFERENCE})
    progress.settled(NOW)
    assert (progress.status, progress.flags) == (Status.RECONCILED, frozenset())


def test_the_seventh_day_closes_and_a_second_less_does_not() -> None:
    progress, week = confirmed(delivery=Delivery.DELIVERED), timedelta(days=7)
    progress.settled(NOW)
    progress.settled(NOW + timedelta(days=3))
    progress.close(NOW + week - timedelta(seconds=1), week)
    assert progress.status is Status.RECONCILED
    progress.close(NOW + week, week)
    assert progress.status is Status.CLOSED
    assert progress.collect() == [Closed(order_id=progress.order_id, code="DH2511220001")]


def test_refunds_settle_an_overpayment() -> None:
    progress = confirmed(overpaid=True)
    assert progress.flags == {Flag.OVERPAID}
    progress.refunded_so_far(10_000)
    assert progress.flags == frozenset()
