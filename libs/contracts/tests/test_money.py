"""Money is whole units of one currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts import Money

amounts = st.integers(-(10**9), 10**9)


def test_a_fraction_is_refused() -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": 0.5})


def test_an_absurd_amount_is_refused() -> None:
    with pytest.raises(ValidationError):
        Money(amount=10**15 + 1)


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Money(amount=1) + Money(amount=1, currency="CNY")


def test_the_sum_of_nothing_is_zero_of_the_named_currency() -> None:
    assert Money.total([], currency="CNY") == Money(amount=0, currency="CNY")


@pytest.mark.parametrize(("part", "expected"), [(1, 3), (2, 7), (3, 10)])
def test_a_share_is_rounded_half_up(part: int, expected: int) -> None:
    assert Money(amount=10).share(part, 3) == Money(amount=expected)
    assert Money(amount=5).share(1, 2) == Money(amount=3)


@given(amounts, st.integers(0, 1000), st.integers(1, 1000))
def test_the_share_of_a_negative_amount_mirrors_that_of_the_positive_one(amount: int, part: int, whole: int) -> None:
    assert -Money(amount=amount).share(part, whole) == Money(amount=-amount).share(part, whole)


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(first: int, second: int) -> None:
    assert Money(amount=first) + Money(amount=second) - Money(amount=second) == Money(amount=first)
