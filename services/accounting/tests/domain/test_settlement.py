"""When an order's money is settled, and what may go back of it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accounting.domain.order_money import OrderMoney, RefundAbovePaid
from accounting.domain.refund import AllowanceTooHigh, allowance
from accounting.domain.shipment import Road, Shipment, is_settled

DAY = date(2025, 11, 21)


def an_order(**changed: Any) -> OrderMoney:
    return OrderMoney(order_id=uuid4(), code="DH1", **changed)


def a_parcel(**changed: Any) -> Shipment:
    return Shipment(shipment_id=uuid4(), order_id=uuid4(), carrier_id="ghn", **changed)


PARCELS: list[tuple[dict[str, Any], bool]] = [
    ({"road": Road.DELIVERED}, True),
    ({"road": Road.DELIVERED, "owed": 1}, False),
    ({"road": Road.DELIVERED, "pending": 1}, False),
    ({"road": Road.DELIVERED, "fee": 1}, False),
    ({"road": Road.DELIVERED, "fee": 1, "fee_settled": True}, True),
    ({"road": Road.HANDED_OVER}, False),
    ({"road": Road.RETURNED}, False),
    ({"road": Road.RETURNED, "inspected": True}, True),
    ({"road": Road.LOST}, False),
]


@pytest.mark.capability("ACC-01")
@pytest.mark.parametrize(("parcel", "settled"), PARCELS)
def test_an_order_is_settled_when_its_parcel_is_square(parcel: dict[str, Any], settled: bool) -> None:
    assert is_settled(an_order(), [a_parcel(**parcel)]) is settled


def test_neither_side_may_owe_anything() -> None:
    parcel = a_parcel(road=Road.DELIVERED)
    assert is_settled(an_order(revenue=500, paid=500), [parcel])
    assert not is_settled(an_order(revenue=500, paid=499), [parcel])
    assert not is_settled(an_order(revenue=500, paid=501), [parcel])


def test_a_cancelled_parcel_does_not_count_and_alone_settles_nothing() -> None:
    cancelled = a_parcel(road=Road.CANCELLED)
    assert not is_settled(an_order(), [cancelled])
    assert is_settled(an_order(), [cancelled, a_parcel(road=Road.DELIVERED)])


def test_an_end_of_the_road_is_never_left() -> None:
    parcel = a_parcel()
    parcel.deliver(DAY)
    parcel.travel(Road.HANDED_OVER)
    assert parcel.road is Road.DELIVERED


@pytest.mark.capability("ACC-02")
def test_a_corrected_cod_is_not_overwritten_by_the_carriers_paper() -> None:
    parcel = a_parcel(road=Road.HANDED_OVER, cod=500)
    assert parcel.correct_cod(400) == 0
    parcel.expect(500)
    assert parcel.deliver(DAY) == 400
    assert parcel.correct_cod(450) == 50
    assert parcel.owed == 450


@pytest.mark.capability("ACC-04")
def test_a_refund_may_take_the_last_dong_and_not_one_more() -> None:
    order = an_order(paid=100, collected=50)
    order.promise_refund(150)
    with pytest.raises(RefundAbovePaid):
        order.promise_refund(1)
    order.drop_refund(150)
    order.promise_refund(60)
    order.pay_refund(60)
    assert (order.refundable, order.refunded, order.refunds_open) == (90, 60, 0)


def test_what_went_back_cannot_turn_out_never_to_have_come() -> None:
    order = an_order(collected=100)
    order.promise_refund(60)
    order.recollect(-40)
    with pytest.raises(RefundAbovePaid):
        order.recollect(-1)


@pytest.mark.capability("ACC-04")
@pytest.mark.parametrize(
    ("goods", "asked", "given"), [(450_000, None, 45_000), (450_000, 45_000, 45_000), (5, None, 1)]
)
def test_an_allowance_is_a_tenth_of_the_goods(goods: int, asked: int | None, given: int) -> None:
    assert allowance(goods, 1_000, asked) == given


@pytest.mark.capability("ACC-04")
def test_an_allowance_is_never_more() -> None:
    with pytest.raises(AllowanceTooHigh):
        allowance(450_000, 1_000, 45_001)


@pytest.mark.capability("ACC-01")
def test_a_customers_balance_follows_goods_and_money() -> None:
    order = an_order()
    order.agree(code="DH2", currency="VND", store_id=None, owner_id=None, total=330_000, goods=300_000, freight=30_000)
    order.receive(100_000)
    order.deliver(330_000, 230_000)
    assert (order.name, order.balance, order.refundable) == ("DH2", 0, 330_000)
    order.recollect(-30_000)
    order.credit(50_000)
    assert (order.balance, order.refundable) == (-20_000, 300_000)
    order.promise_refund(20_000)
    order.pay_refund(20_000)
    assert (order.balance, order.refundable) == (0, 280_000)
