"""The ten-day rule and its edge."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from orders.domain.waiting import days_waited, must_ask

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SINCE = datetime(2025, 11, 1, 3, tzinfo=UTC)  # 10:00 in Hà Nội


@pytest.mark.capability("ORD-12")
def test_day_ten_does_not_count_and_day_eleven_does() -> None:
    assert not must_ask(SINCE, datetime(2025, 11, 11, 16, 59, 59, tzinfo=UTC), 10, HANOI)  # 23:59:59 of day 10
    assert must_ask(SINCE, datetime(2025, 11, 11, 17, tzinfo=UTC), 10, HANOI)  # 00:00 of day 11


@pytest.mark.capability("ORD-12")
def test_days_are_the_shops_not_those_of_greenwich() -> None:
    before_midnight, after = datetime(2025, 11, 1, 16, tzinfo=UTC), datetime(2025, 11, 1, 18, tzinfo=UTC)
    assert days_waited(before_midnight, after, HANOI) == 1


def test_clocks_that_disagree_make_no_negative_days() -> None:
    assert days_waited(SINCE, datetime(2025, 10, 30, tzinfo=UTC), HANOI) == 0
