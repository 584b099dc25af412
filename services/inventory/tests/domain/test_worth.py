"""What stock is worth: shares of a total, never a rounded unit cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.domain.worth import Worth, share


@pytest.mark.capability("INV-06")
def test_an_issue_takes_its_share_and_the_last_unit_takes_the_rest() -> None:
    worth = Worth()
    worth.put(3, 100)
    assert [worth.take(1), worth.take(1), worth.take(1)] == [33, 34, 33]
    assert worth == Worth(0, 0)


@pytest.mark.parametrize(
    ("amount", "part", "whole", "expected"), [(1, 1, 2, 1), (3, 1, 2, 2), (5, 1, 4, 1), (7, 1, 3, 2), (100, 0, 3, 0)]
)
def test_a_share_is_rounded_half_up(amount: int, part: int, whole: int, expected: int) -> None:
    assert share(amount, part, whole) == expected


def test_no_more_than_there_is_has_a_value() -> None:
    with pytest.raises(ValueError):
        Worth(2, 100).take(3)
    with pytest.raises(ValueError):
        Worth(2, 100).put(-1, 0)


def test_found_goods_are_worth_the_average_or_nothing() -> None:
    assert Worth(3, 100).at_average(2) == 67
    assert Worth().at_average(2) == 0


@given(
    lots=st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 10**9)), min_size=1, max_size=20),
    issues=st.lists(st.integers(1, 500), max_size=60),
)
def test_whatever_comes_and_goes_nothing_is_left_over(lots: list[tuple[int, int]], issues: list[int]) -> None:
    worth, out = Worth(), 0
    for quantity, value in lots:
        worth.put(quantity, value)
    for units in issues:
        if units <= worth.quantity:
            out += worth.take(units)
        assert worth.value >= 0
    out += worth.take(worth.quantity)
    assert (worth.quantity, worth.value) == (0, 0)
    assert out == sum(value for _, value in lots)
