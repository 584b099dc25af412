"""Points follow what the customer kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.points import BoughtLine, came_back, points_for

pytestmark = pytest.mark.capability("CRM-01")


@pytest.mark.parametrize(("amount", "points"), [(9_999, 0), (10_000, 1), (19_999, 1), (20_000, 2)])
def test_a_point_is_earned_for_every_full_ten_thousand(amount: int, points: int) -> None:
    assert points_for({"a": BoughtLine(1, amount)}, {}, 10_000) == points


def test_a_return_takes_back_the_share_of_its_units() -> None:
    bought = {"a": BoughtLine(3, 300_000), "b": BoughtLine(1, 50_000)}
    assert points_for(bought, {"a": 1}, 10_000) == 25


def test_everything_back_leaves_nothing() -> None:
    bought = {"a": BoughtLine(3, 100_001)}
    assert points_for(bought, {"a": 3}, 10_000) == 0
    assert points_for(bought, {"a": 9}, 10_000) == 0


def test_what_is_missing_did_not_come_back() -> None:
    assert came_back([("a", "sellable", 1), ("a", "missing", 2), ("a", "defective", 1)]) == {"a": 2}


lines = st.dictionaries(
    st.sampled_from("abc"), st.builds(BoughtLine, st.integers(1, 50), st.integers(0, 10**8)), max_size=3
)


@given(lines, st.dictionaries(st.sampled_from("abcd"), st.integers(0, 60)), st.integers(1, 10**6))
def test_no_return_ever_earns_a_point(bought: dict[str, BoughtLine], back: dict[str, int], rate: int) -> None:
    assert 0 <= points_for(bought, back, rate) <= points_for(bought, {}, rate)
