"""Vouchers of sales and returns balance whatever the figures, and returns take back what was sold."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import sums
from accounting.domain.sale import Delivery, SoldLine, entry_of_allowance, entry_of_delivery, entry_of_return

CHART = Chart({role: role.value for role in Role})
DAY = date(2025, 11, 21)

sold_lines = st.builds(
    SoldLine,
    line_id=st.uuids(),
    sku=st.just("AO"),
    quantity=st.integers(1, 20),
    amount=st.integers(0, 10**9),
    vat_rate_bp=st.sampled_from([0, 500, 800, 1_000]),
)


def a_delivery(lines: list[SoldLine], freight: int, cod: int) -> Delivery:
    return Delivery(
        shipment_id=uuid4(),
        order_id=uuid4(),
        code="DH1",
        carrier="ghn",
        lines=lines,
        freight=freight,
        freight_vat_rate_bp=800,
        cod=cod,
        currency="VND",
        day=DAY,
    )


@pytest.mark.capability("ACC-06")
@given(st.lists(sold_lines, min_size=1, max_size=8), st.integers(0, 10**6), st.integers(0, 10**9))
def test_a_delivery_books_the_customers_whole_debt(lines: list[SoldLine], freight: int, cod: int) -> None:
    delivery = a_delivery(lines, freight, cod)
    entry = entry_of_delivery(CHART, delivery)
    if entry is None:
        assert not delivery.gross
        assert not cod
        return
    assert not any(sums(entry.lines).values())
    assert sum(line.amount for line in entry.lines if line.account == "customer") == delivery.gross - cod
    assert sum(line.amount for line in entry.lines if line.account == "carrier") == cod


@pytest.mark.capability("ACC-06")
@given(st.lists(sold_lines, min_size=1, max_size=5, unique_by=lambda line: line.line_id), st.data())
def test_returns_in_any_parts_credit_what_was_sold_and_no_more(lines: list[SoldLine], data: st.DataObject) -> None:
    sold = {line.line_id: line for line in lines}
    credited = 0
    while any(line.returned < line.quantity for line in lines):
        back = [(line.line_id, data.draw(st.integers(0, line.quantity))) for line in lines]
        if not any(quantity for _, quantity in back):
            back = [(line.line_id, line.quantity) for line in lines]
        entry, amount = entry_of_return(
            CHART, return_id=uuid4(), order_id=uuid4(), code="DH1", sold=sold, came_back=back, currency="VND", day=DAY
        )
        credited += amount
        assert entry is None or not any(sums(entry.lines).values())
    assert credited == sum(line.amount for line in lines)


def test_a_line_that_was_never_in_the_parcel_is_passed_over() -> None:
    entry, credited = entry_of_return(
        CHART,
        return_id=uuid4(),
        order_id=uuid4(),
        code="DH1",
        sold={},
        came_back=[(uuid4(), 1)],
        currency="VND",
        day=DAY,
    )
    assert (entry, credited) == (None, 0)


@pytest.mark.capability("ACC-04")
@given(st.lists(sold_lines, max_size=5), st.integers(1, 10**9))
def test_an_allowance_is_spread_over_the_lines_and_credits_its_whole_amount(lines: list[SoldLine], amount: int) -> None:
    entry = entry_of_allowance(
        CHART, refund_id=uuid4(), order_id=uuid4(), code="DH1", amount=amount, sold=lines, currency="VND", day=DAY
    )
    assert entry is not None
    assert sum(line.amount for line in entry.lines if line.account == "customer") == -amount
    assert not any(sums(entry.lines).values())
