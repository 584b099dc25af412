"""Every name people write for a province, old or new, leads to one of the 34."""

import pytest

from shipping.domain.provinces import PROVINCES, province_of


@pytest.mark.capability("SHP-02")
def test_there_are_34_provinces_that_were_63() -> None:
    assert len(PROVINCES) == 34
    former = [name for province in PROVINCES for name in province.former]
    assert len(former) + len(PROVINCES) == 63
    assert len({province.code for province in PROVINCES}) == 34


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Hồ Chí Minh", "Hồ Chí Minh"),
        ("TP.HCM", "Hồ Chí Minh"),
        ("tp. hồ chí minh", "Hồ Chí Minh"),
        ("Thành phố Hồ Chí Minh", "Hồ Chí Minh"),
        ("HO CHI MINH CITY", "Hồ Chí Minh"),
        ("Sài Gòn", "Hồ Chí Minh"),
        ("Bình Dương", "Hồ Chí Minh"),
        ("Bà Rịa – Vũng Tàu", "Hồ Chí Minh"),
        ("tinh ba ria vung tau", "Hồ Chí Minh"),
        ("Ha noi", "Hà Nội"),
        ("HANOI", "Hà Nội"),
        ("Đắk Lắk", "Đắk Lắk"),
        ("Dak Lak", "Đắk Lắk"),
        ("Đăk Nông", "Lâm Đồng"),
        ("Thừa Thiên - Huế", "Huế"),
        ("Tỉnh Quảng Nam", "Đà Nẵng"),
        ("Hoà Bình", "Phú Thọ"),
        ("Bắc Cạn", "Thái Nguyên"),
        ("79", "Hồ Chí Minh"),
    ],
)
def test_spelling_accents_and_former_names_make_no_difference(written: str, name: str) -> None:
    found = province_of(written)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("written", ["", "Tỉnh", "Paris", "Hồ", "!!!", "Quy Nhơn"])
def test_what_is_no_province_is_not_guessed(written: str) -> None:
    assert province_of(written) is None


def test_composed_and_decomposed_letters_are_the_same() -> None:
    import unicodedata

    for province in PROVINCES:
        for form in ("NFC", "NFD"):
            assert province_of(unicodedata.normalize(form, province.name)) is province  # type: ignore[arg-type]
