"""Two orders of one phone that look like the same wish (ORD-06)."""

from datetime import UTC, datetime, timedelta

import pytest

from orders.domain.duplicates import Sighting, duplicates

NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)
DAY = timedelta(hours=24)


def seen(at: datetime, *skus: str, code: str = "DH2511210001") -> Sighting:
    return Sighting(code=code, placed_at=at, skus=frozenset(skus))


@pytest.mark.capability("ORD-06")
@pytest.mark.parametrize("direction", [1, -1])
def test_the_24th_hour_counts_and_a_second_more_does_not(direction: int) -> None:
    assert duplicates({"AO-L"}, NOON, [seen(NOON - direction * DAY, "AO-L")], DAY) == ("DH2511210001",)
    late = NOON - direction * (DAY + timedelta(seconds=1))
    assert duplicates({"AO-L"}, NOON, [seen(late, "AO-L")], DAY) == ()


@pytest.mark.capability("ORD-06")
def test_other_goods_are_another_wish() -> None:
    assert duplicates({"AO-L", "MU-01"}, NOON, [seen(NOON, "AO-M")], DAY) == ()
    assert duplicates({"AO-L", "MU-01"}, NOON, [seen(NOON, "AO-M", "MU-01")], DAY) == ("DH2511210001",)


def test_the_oldest_is_named_first() -> None:
    others = [seen(NOON, "AO-L", code="B"), seen(NOON - timedelta(hours=1), "AO-L", code="A")]
    assert duplicates({"AO-L"}, NOON, others, DAY) == ("A", "B")
