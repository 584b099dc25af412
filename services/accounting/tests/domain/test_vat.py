"""VAT inside prices, rounded half up, and shares that sum to the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.vat import apportioned, share, slice_of, vat_in

amounts = st.integers(-(10**12), 10**12)


@pytest.mark.capability("ACC-06")
@pytest.mark.parametrize(
    ("gross", "rate", "vat"),
    [
        (110_000, 1_000, 10_000),
        (108_000, 800, 8_000),
        (100_000, 0, 0),
        (0, 800, 0),
        (27, 800, 2),
        (6, 800, 0),
        (7, 800, 1),
        (20, 10_000, 10),
        (1, 10_000, 1),
        (-110_000, 1_000, -10_000),
    ],
)
def test_the_tax_inside_a_price_is_rounded_half_up(gross: int, rate: int, vat: int) -> None:
    assert vat_in(gross, rate) == vat


@pytest.mark.parametrize(
    ("amount", "part", "whole", "expected"), [(1, 1, 2, 1), (-1, 1, 2, -1), (5, 1, 3, 2), (4, 1, 3, 1)]
)
def test_a_share_is_rounded_half_up_away_from_zero(amount: int, part: int, whole: int, expected: int) -> None:
    assert share(amount, part, whole) == expected


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive whole"):
        share(1, 1, 0)
    with pytest.raises(ValueError, match="apportion"):
        apportioned(1, [])


@given(amounts, st.integers(0, 10_000))
def test_net_and_tax_are_the_price_and_the_tax_is_within_half_a_dong(gross: int, rate: int) -> None:
    tax = vat_in(gross, rate)
    assert abs(tax * (10_000 + rate) - gross * rate) * 2 <= 10_000 + rate


@given(amounts, st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_slices_of_a_line_sum_to_the_line(amount: int, parts: list[int]) -> None:
    whole, before, total = sum(parts), 0, 0
    for part in parts:
        total += slice_of(amount, before, part, whole)
        before += part
    assert total == amount


@given(amounts, st.lists(st.integers(1, 10**9), min_size=1, max_size=20))
def test_apportioned_parts_sum_to_the_amount_and_none_is_off_by_more_than_one(amount: int, weights: list[int]) -> None:
    parts = apportioned(amount, weights)
    assert sum(parts) == amount
    whole = sum(weights)
    assert all(abs(part * whole - amount * weight) <= whole for part, weight in zip(parts, weights, strict=True))
