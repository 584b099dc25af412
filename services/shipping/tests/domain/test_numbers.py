"""Tracking numbers from ranges the carrier handed out (SHP-03)."""

from typing import Any
from uuid import uuid4

import pytest

from shipping.domain.numbers import BadRange, CheckDigit, NumberRange


def a_range(**changed: Any) -> NumberRange:
    fields = {"id": uuid4(), "carrier_id": "ghn", "prefix": "GHN", "width": 4, "first": 1, "last": 100, "next": 1}
    return NumberRange(**fields | changed)


@pytest.mark.capability("SHP-03")
@pytest.mark.parametrize(
    ("check", "width", "number", "printed"),
    [
        (CheckDigit.NONE, 4, 42, "GHN0042"),
        # The example of ISO/IEC 7812: 7992739871 has the check digit 3.
        (CheckDigit.MOD10, 10, 7992739871, "GHN79927398713"),
        # The example of UPU S10: 47312482 has the check digit 9.
        (CheckDigit.S10, 8, 47312482, "GHN473124829"),
    ],
)
def test_a_number_is_printed_as_the_carrier_wants_it(check: CheckDigit, width: int, number: int, printed: str) -> None:
    assert a_range(check=check, width=width, last=10**width - 1).tracking(number) == printed


@pytest.mark.parametrize(("next", "left"), [(1, 100), (100, 1), (101, 0)])
def test_a_range_says_how_many_are_left(next: int, left: int) -> None:
    assert a_range(next=next).left == left


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"first": 101}, "range-backwards"),
        ({"last": 10_000}, "range-too-wide"),
        ({"check": CheckDigit.S10}, "s10-has-eight-digits"),
    ],
)
def test_a_range_that_is_wrong_in_itself_is_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(BadRange) as refused:
        a_range(**changed)
    assert [reason.code for reason in refused.value.reasons] == [code]


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        ({"first": 100, "last": 200}, True),
        ({"first": 101, "last": 200}, False),
        ({"prefix": "VTP"}, False),
        ({"suffix": "VN"}, False),
        ({"prefix": "GHN0", "width": 3, "last": 100}, True),
        ({"width": 3, "last": 9, "check": CheckDigit.MOD10}, True),
        ({"width": 5}, False),
    ],
)
def test_two_ranges_that_could_give_the_same_number_overlap(other: dict[str, Any], overlap: bool) -> None:
    assert a_range().overlaps(a_range(**other)) is overlap
    assert a_range(**other).overlaps(a_range()) is overlap
