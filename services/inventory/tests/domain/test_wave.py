"""The two lists of a wave (INV-08)."""

from datetime import date
from uuid import UUID

import pytest

from inventory.domain.wave import PickLine, consolidated, wave_code


@pytest.mark.capability("INV-08")
def test_the_walk_sums_units_by_location_and_sku() -> None:
    one, two = UUID(int=1), UUID(int=2)
    goods = [
        ("KHO", one, "B", 1),
        ("KHO", one, "A", 2),
        ("KHO", two, "A", 3),
        ("CH1", two, "A", 1),
        ("KHO", one, "A", 1),
    ]
    assert consolidated(goods) == [
        PickLine("CH1", "A", 1, 1),
        PickLine("KHO", "A", 6, 2),
        PickLine("KHO", "B", 1, 1),
    ]


def test_a_wave_is_named_by_the_shops_day() -> None:
    assert wave_code(date(2025, 11, 22), 7) == "PK2511220007"
    assert wave_code(date(2025, 11, 22), 12345) == "PK25112212345"
