"""One way to write a phone number, however people write it (CRM-01)."""

import pytest

from crm.domain.phones import normalised


@pytest.mark.parametrize("raw", ["0901234567", "0901 234 567", "+84 901 234 567", "0901.234.567"])
def test_a_number_is_the_same_however_it_is_written(raw: str) -> None:
    assert normalised(raw) == "+84901234567"


@pytest.mark.parametrize("raw", ["", "không có", "12"])
def test_what_is_no_number_is_none(raw: str) -> None:
    assert normalised(raw) is None
