"""Months close in order; late facts go to an open one."""

from datetime import UTC, date, datetime

import pytest

from accounting.domain.business_day import business_day, first_day, following, period_of
from accounting.domain.period import Calendar, PeriodAlready, PeriodNotNext, PeriodNotOver, PeriodUnreadable

ZONE = "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2025, 11, 22, 16, 59, 59, tzinfo=UTC), date(2025, 11, 22)),
        (datetime(2025, 11, 22, 17, 0, tzinfo=UTC), date(2025, 11, 23)),
    ],
)
def test_a_day_ends_at_midnight_in_the_shop(moment: datetime, day: date) -> None:
    assert business_day(moment, ZONE) == day


@pytest.mark.parametrize(("period", "after"), [("2025-11", "2025-12"), ("2025-12", "2026-01")])
def test_the_period_after(period: str, after: str) -> None:
    assert following(period) == after
    assert period_of(first_day(after)) == after


@pytest.mark.parametrize(
    ("closed", "business", "today", "posted"),
    [
        (None, date(2025, 11, 21), date(2025, 12, 3), date(2025, 11, 21)),
        ("2025-10", date(2025, 11, 1), date(2025, 12, 3), date(2025, 11, 1)),
        ("2025-11", date(2025, 11, 30), date(2025, 12, 3), date(2025, 12, 3)),
        ("2025-11", date(2025, 11, 30), date(2025, 11, 30), date(2025, 12, 1)),
        ("2025-12", date(2025, 11, 30), date(2025, 12, 3), date(2026, 1, 1)),
    ],
)
def test_where_a_fact_is_posted(closed: str | None, business: date, today: date, posted: date) -> None:
    assert Calendar(closed).posting_day(business, today) == posted


def test_a_month_closes_on_the_day_after_its_last() -> None:
    with pytest.raises(PeriodNotOver):
        Calendar().close("2025-11", date(2025, 11, 30), None)
    assert Calendar().close("2025-11", date(2025, 12, 1), None) == Calendar("2025-11")


def test_months_close_one_after_the_other() -> None:
    today = date(2026, 3, 1)
    with pytest.raises(PeriodNotNext) as refused:
        Calendar("2025-10").close("2025-12", today, "2025-01")
    assert refused.value.params["possible"] == ["2025-11"]
    assert Calendar("2025-10").close("2025-11", today, "2025-01") == Calendar("2025-11")
    with pytest.raises(PeriodNotNext):
        Calendar().close("2025-12", today, "2025-11")
    assert Calendar().close("2025-10", today, "2025-11") == Calendar("2025-10")


def test_what_is_closed_is_not_closed_again_and_only_the_last_reopens() -> None:
    calendar = Calendar("2025-11")
    with pytest.raises(PeriodAlready):
        calendar.close("2025-11", date(2026, 1, 1), None)
    with pytest.raises(PeriodAlready):
        calendar.reopen("2025-12")
    with pytest.raises(PeriodNotNext):
        calendar.reopen("2025-10")
    assert calendar.reopen("2025-11") == "2025-11"


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "25-11", "2025-1", "", "2025-xx"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(PeriodUnreadable):
        Calendar().close(text, date(2026, 1, 1), None)
