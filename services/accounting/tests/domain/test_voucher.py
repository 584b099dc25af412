"""What a hand may write into the books, and what it may not (ACC-16)."""

from datetime import date
from uuid import uuid4

import pytest

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Entry, Fact, Series
from accounting.domain.voucher import AccountNotUsable, NotByHand, Written, manual_entry, must_be_manual

CHART = Chart({role: role.value for role in Role})
USABLE = {"bank", "capital", Role.CUSTOMER.value}
DAY = date(2025, 11, 21)


def written(*lines: Written) -> Entry:
    return manual_entry(uuid4(), DAY, "Góp vốn", "VND", lines, CHART, USABLE)


@pytest.mark.capability("ACC-16")
def test_a_written_voucher_has_its_debits_above_and_its_credits_below_zero() -> None:
    entry = written(Written("bank", 500, 0), Written("capital", 0, 500))
    assert [(line.account, line.amount) for line in entry.lines] == [("bank", 500), ("capital", -500)]
    must_be_manual(entry)


@pytest.mark.capability("ACC-16")
def test_every_account_that_no_hand_may_use_is_named() -> None:
    with pytest.raises(AccountNotUsable) as refused:
        written(Written("nowhere", 500, 0), Written(Role.CUSTOMER.value, 0, 500))
    assert [reason.field for reason in refused.value.reasons] == ["lines/0/account", "lines/1/account"]


@pytest.mark.capability("ACC-16")
def test_what_a_fact_has_booked_is_not_reversed_by_hand() -> None:
    entry = written(Written("bank", 500, 0), Written("capital", 0, 500))
    booked = Entry(series=Series.GENERAL, fact=Fact("delivery", "1"), business_day=DAY, memo="x", lines=entry.lines)
    with pytest.raises(NotByHand):
        must_be_manual(booked)
