"""Every class of difference at its boundary, and what each resolution does (ACC-01)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.matching import POSSIBLE, Compared, Difference, Outcome, Resolution, difference_of, outcome_of
from accounting.domain.shipment import Road


def a_line(**changed: Any) -> Compared:
    agreeing: dict[str, Any] = {
        "cod": 500,
        "fee": 20,
        "road": Road.DELIVERED,
        "expected_cod": 500,
        "expected_fee": 20,
    }
    return Compared(**(agreeing | changed))


CLASSES: list[tuple[dict[str, Any], Difference | None]] = [
    ({}, None),
    ({"road": None}, Difference.UNKNOWN),
    ({"cod": 499}, Difference.AMOUNT),
    ({"cod": 501}, Difference.AMOUNT),
    ({"fee": 21}, Difference.FEE),
    ({"fee": 19}, Difference.FEE),
    ({"cod": 499, "fee": 21}, Difference.AMOUNT),
    ({"road": Road.HANDED_OVER, "expected_cod": 0}, Difference.STATUS),
    ({"road": Road.RETURNED, "expected_cod": 0}, Difference.STATUS),
    ({"road": Road.HANDED_OVER, "expected_cod": 0, "cod": 0}, None),
    ({"road": Road.RETURNED, "expected_cod": 0, "cod": 0, "status": "returned"}, None),
    ({"status": "returned"}, Difference.STATUS),
    ({"status": "delivered"}, None),
    ({"repeated": True, "expected_cod": 0}, Difference.DOUBLE),
    ({"repeated": True, "expected_cod": 500, "expected_fee": 20}, None),
    ({"repeated": True, "expected_cod": 0, "cod": 0, "fee": 5}, Difference.DOUBLE),
]


@pytest.mark.capability("ACC-01")
@pytest.mark.parametrize(("changed", "found"), CLASSES)
def test_a_line_is_put_into_its_class(changed: dict[str, Any], found: Difference | None) -> None:
    assert difference_of(a_line(**changed)) is found


@pytest.mark.capability("ACC-01")
@pytest.mark.parametrize(("fee", "found"), [(25, None), (26, Difference.FEE), (15, None), (14, Difference.FEE)])
def test_a_fee_within_the_tolerance_is_no_difference(fee: int, found: Difference | None) -> None:
    assert difference_of(a_line(fee=fee), fee_tolerance=5) is found


def test_only_what_is_possible_has_an_outcome() -> None:
    for difference, resolution in itertools.product(Difference, Resolution):
        if resolution in POSSIBLE[difference] or resolution is Resolution.REJECT:
            assert isinstance(outcome_of(a_line(), difference, resolution), Outcome)
        else:
            with pytest.raises(LookupError):
                outcome_of(a_line(), difference, resolution)
    with pytest.raises(LookupError):
        outcome_of(a_line(), Difference.AMOUNT, None)


figures = st.integers(0, 10**9)


@pytest.mark.capability("ACC-01")
@given(figures, figures, figures, figures, st.sampled_from([*Resolution, None]))
def test_after_an_approved_line_the_carrier_owes_exactly_what_is_carried(
    cod: int, fee: int, expected_cod: int, expected_fee: int, resolution: Resolution | None
) -> None:
    """``owed`` was the expected COD; the line books its fee and decisions, and its money is then received."""
    line = a_line(cod=cod, fee=fee, expected_cod=expected_cod, expected_fee=expected_fee)
    difference = difference_of(line)
    if difference is not None and resolution not in POSSIBLE[difference]:
        return
    outcome = outcome_of(line, difference, resolution)
    owed = expected_cod + outcome.owed - outcome.remit
    assert owed == outcome.carried
