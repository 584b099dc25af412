"""A voucher balances per currency before the database is asked."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.entry import EmptyVoucher, Entry, Fact, Line, Series, Unbalanced, reversal_of, sums

DAY = date(2025, 11, 22)


def an_entry(*lines: Line) -> Entry:
    return Entry(series=Series.GENERAL, fact=Fact("manual", "1"), business_day=DAY, memo="x", lines=lines)


@pytest.mark.capability("ACC-16")
def test_a_balanced_voucher_is_taken() -> None:
    assert len(an_entry(Line(account="156", amount=5), Line(account="331", amount=-5)).lines) == 2


@pytest.mark.capability("ACC-16")
@pytest.mark.parametrize("credit", [-4, -6])
def test_a_voucher_off_by_one_dong_is_refused_with_the_difference(credit: int) -> None:
    with pytest.raises(Unbalanced) as refused:
        an_entry(Line(account="156", amount=5), Line(account="331", amount=credit))
    assert refused.value.params == {"difference": 1, "currency": "VND"}


def test_currencies_do_not_balance_each_other() -> None:
    with pytest.raises(Unbalanced):
        an_entry(Line(account="156", amount=5), Line(account="331", amount=-5, currency="USD"))


def test_a_voucher_without_two_sides_is_refused() -> None:
    with pytest.raises(EmptyVoucher):
        an_entry()
    with pytest.raises(EmptyVoucher):
        an_entry(Line(account="156", amount=0), Line(account="331", amount=0))


def test_lines_worth_nothing_are_left_out_and_nothing_at_all_is_no_voucher() -> None:
    lines = [Line(account="156", amount=5), Line(account="711", amount=0), Line(account="331", amount=-5)]
    entry = Entry.of(Series.STOCK_IN, Fact("x", "1"), DAY, "x", lines)
    assert entry is not None
    assert [line.account for line in entry.lines] == ["156", "331"]
    assert Entry.of(Series.STOCK_IN, Fact("x", "1"), DAY, "x", [lines[1]]) is None


@pytest.mark.capability("ACC-16")
@given(st.lists(st.tuples(st.sampled_from(["VND", "USD"]), st.integers(1, 10**12)), min_size=1, max_size=10))
def test_a_reversal_takes_back_every_line(pairs: list[tuple[str, int]]) -> None:
    lines = [
        line
        for currency, amount in pairs
        for line in (
            Line(account="156", amount=amount, currency=currency),
            Line(account="331", amount=-amount, currency=currency),
        )
    ]
    entry, id = an_entry(*lines), uuid4()
    reversal = reversal_of(id, "KT2511-000001", entry, DAY, "nhầm")
    assert (reversal.reverses, reversal.fact) == (id, Fact("reversal", str(id)))
    assert [replace(line, amount=-line.amount) for line in reversal.lines] == list(entry.lines)
    assert not any(sums(entry.lines + reversal.lines).values())
