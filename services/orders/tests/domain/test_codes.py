from datetime import date

from orders.domain.codes import code_of, is_code


def test_a_code_tells_the_business_day_and_a_number() -> None:
    assert code_of(date(2025, 11, 22), 42) == "DH2511220042"


def test_a_busy_day_gets_longer_codes() -> None:
    assert code_of(date(2025, 11, 22), 10_001) == "DH25112210001"


def test_codes_are_told_from_ids() -> None:
    assert is_code("DH2511220042")
    assert is_code("dh2511220042")
    assert not is_code("0193a2f0-0000-7000-8000-000000000000")
    assert not is_code("DH25")
