"""A phone is one phone however it is written (ORD-02)."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.phones import normalised


@pytest.mark.capability("ORD-02")
@pytest.mark.parametrize(
    "written",
    [
        "0901234567",
        "0901 234 567",
        "0901.234.567",
        "(090) 123-4567",
        "+84901234567",
        "+84 901 234 567",
        "+84 (0)901234567",
    ],
)
def test_a_mobile_number_is_recognised(written: str) -> None:
    assert normalised(written, "VN") == "+84901234567"


def test_a_number_of_another_country_keeps_its_country() -> None:
    assert normalised("+86 138 0013 8000", "VN") == "+8613800138000"
    assert normalised("138 0013 8000", "CN") == "+8613800138000"


@pytest.mark.parametrize("written", ["", "   ", "12", "gọi tôi", "+84", "0" * 30, "'; DROP TABLE orders"])
def test_what_cannot_be_a_phone_is_none(written: str) -> None:
    assert normalised(written, "VN") is None


@given(st.from_regex(r"(0|\+84)[1-9][0-9]{8}", fullmatch=True))
def test_the_short_way_comes_to_the_same_as_the_library(written: str) -> None:
    number = phonenumbers.parse(written, "VN")
    assert normalised(written, "VN") == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
