"""Amounts add up to the đồng, however a discount is shared."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.agreement import Agreement
from orders.domain.lines import Line, goods_value, with_shares


def line(price: int, quantity: int = 1, discount: int = 0) -> Line:
    return Line(id=uuid4(), sku="AO-L", name="Áo", quantity=quantity, unit_price=price, discount=discount)


@pytest.mark.capability("ORD-07")
def test_the_last_line_takes_the_rounding() -> None:
    shared = with_shares([line(100_000), line(100_000), line(100_000)], 100)
    assert [each.share for each in shared] == [33, 33, 34]


def test_a_discount_is_shared_by_value() -> None:
    shared = with_shares([line(200_000), line(100_000)], 30_000)
    assert [each.amount for each in shared] == [180_000, 90_000]


def test_half_a_dong_is_rounded_up() -> None:
    assert [each.share for each in with_shares([line(10), line(10)], 5)] == [3, 2]


def test_no_line_is_paid_below_zero_by_rounding() -> None:
    shared = with_shares([line(10), line(10), line(10), line(1)], 29)
    assert sum(each.share for each in shared) == 29
    assert all(each.amount >= 0 for each in shared)


@pytest.mark.capability("ORD-35")
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 50)), min_size=1, max_size=30),
    st.integers(0, 10**5),
    st.data(),
)
def test_line_amounts_and_freight_are_the_total(
    goods: list[tuple[int, int]], freight: int, data: st.DataObject
) -> None:
    lines = tuple(line(price, quantity) for price, quantity in goods)
    discount = data.draw(st.integers(0, goods_value(lines)))
    agreement = Agreement(lines=lines, freight=freight, discount=discount).settled()
    assert sum(each.amount for each in agreement.lines) + freight == agreement.total
    assert all(0 <= each.share <= each.net for each in agreement.lines)
