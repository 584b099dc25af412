"""Which ward of today an address means, however it was written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.party import Address
from orders.domain.places import (
    DISTRICTS,
    WARDS,
    BookWard,
    Clarity,
    Place,
    Ward,
    destined,
    named,
    province_key,
    resolve,
    same_address,
    sought,
)

pytestmark = [pytest.mark.capability("ORD-02"), pytest.mark.capability("ORD-09")]

HCM, HUE, HP = ("79", "Thành phố Hồ Chí Minh"), ("46", "Thành phố Huế"), ("31", "Thành phố Hải Phòng")


def ward(code: str, name: str, province: tuple[str, str] = HCM) -> Ward:
    return Ward(code=code, name=name, province_code=province[0], province=province[1])


SAI_GON, TAN_DINH, HOA_HUNG = (
    ward("26740", "Phường Sài Gòn"),
    ward("26737", "Phường Tân Định"),
    ward("27163", "Phường Hòa Hưng"),
)
HOA_LOI, BINH_THANH = ward("25849", "Phường Hòa Lợi"), ward("26929", "Phường Bình Thạnh")
CAM_GIANG, CAM_GIANG_2 = ward("10888", "Xã Cẩm Giang", HP), ward("10903", "Xã Cẩm Giàng", HP)


def of_today(one: Ward, *former: str) -> BookWard:
    name = named(one.name, WARDS)
    own = province_key(one.province)
    assert name is not None
    return BookWard(
        kind=name.kind or "", accented=name.accented, keys=frozenset({name.key}), district_kind=None,
        district_keys=frozenset(), province=own, provinces=frozenset({own, *former}), wards=(one,),
    )  # fmt: skip


def of_before(text: str, district: str, province: str, *became: Ward, also: str = "") -> BookWard:
    name, within, own = named(text, WARDS), named(district, DISTRICTS), province_key(province)
    assert name is not None
    assert within is not None
    return BookWard(
        kind=name.kind or "", accented=name.accented, keys=frozenset({name.key, also or name.key}),
        district_kind=within.kind, district_keys=frozenset({within.key}), province=own,
        provinces=frozenset({own, *(province_key(each.province) for each in became)}), wards=became,
    )  # fmt: skip


BOOK = [
    of_today(SAI_GON, "binhduong", "bariavungtau"),
    of_today(TAN_DINH, "binhduong", "bariavungtau"),
    of_today(CAM_GIANG, "haiduong"),
    of_today(CAM_GIANG_2, "haiduong"),
    of_before("Phường Bến Nghé", "Quận 1", "Thành phố Hồ Chí Minh", SAI_GON),
    of_before("Phường Tân Định", "Quận 1", "Thành phố Hồ Chí Minh", TAN_DINH),
    of_before("Phường Tân Định", "Thành phố Bến Cát", "Tỉnh Bình Dương", HOA_LOI),
    of_before("Phường 12", "Quận 10", "Thành phố Hồ Chí Minh", HOA_HUNG),
    of_before("Phường 12", "Quận Bình Thạnh", "Thành phố Hồ Chí Minh", BINH_THANH),
    of_before("Phường Hòa Bình", "Quận 7", "Thành phố Hồ Chí Minh", SAI_GON, HOA_HUNG),
]


def meant(text: str, district: str | None, province: str) -> Place | None:
    asked = sought(Address(street="1 Lê Lợi", ward=text, district=district, province=province))
    assert asked is not None
    known = [each for each in BOOK if each.keys & set(asked.keys) and asked.province in each.provinces]
    return destined(asked, known, None)


@pytest.mark.parametrize(
    ("text", "district", "province"),
    [
        ("Phường Bến Nghé", "Quận 1", "Thành phố Hồ Chí Minh"),
        ("P. Bến Nghé", "Q.1", "TP.HCM"),
        ("phuong ben nghe", "q1", "ho chi minh"),
        ("Bến Nghé, Quận 1", None, "Sài Gòn"),
        ("P.Bến Nghé, Q1, TP HCM", None, "tphcm"),
        ("phường bến nghé quận 1", None, "HCMC"),
        ("Ben Nghe Ward", "District 1", "Ho Chi Minh City"),
        ("PHƯỜNG BẾN NGHÉ", None, "Tp. Hồ Chí Minh"),
        ("Phường Sài Gòn", None, "Hồ Chí Minh"),
    ],
)
def test_a_ward_is_known_however_it_is_written(text: str, district: str | None, province: str) -> None:
    assert meant(text, district, province) == Place(clarity=Clarity.RESOLVED, ward=SAI_GON)


def test_a_name_that_a_merged_province_shares_is_told_apart_by_the_province_as_it_was() -> None:
    assert meant("Tân Định", None, "TP.HCM") == Place(clarity=Clarity.RESOLVED, ward=TAN_DINH)
    assert meant("Tân Định", None, "Bình Dương") == Place(clarity=Clarity.RESOLVED, ward=HOA_LOI)
    assert meant("Tân Định", "Bến Cát", "TP.HCM") == Place(clarity=Clarity.RESOLVED, ward=HOA_LOI)


def test_a_number_needs_its_district() -> None:
    assert meant("P.12", "Quận 10", "HCM") == Place(clarity=Clarity.RESOLVED, ward=HOA_HUNG)
    assert meant("phường 12 quận 10", None, "HCM") == Place(clarity=Clarity.RESOLVED, ward=HOA_HUNG)
    assert meant("Phường 12", None, "HCM") == Place(clarity=Clarity.AMBIGUOUS, candidates=(BINH_THANH, HOA_HUNG))


def test_a_divided_ward_is_left_to_a_person_with_its_parts() -> None:
    assert meant("Hòa Bình", "Quận 7", "HCM") == Place(clarity=Clarity.AMBIGUOUS, candidates=(SAI_GON, HOA_HUNG))


def test_names_that_differ_in_accents_alone_are_told_apart_by_them() -> None:
    assert meant("Xã Cẩm Giàng", None, "Hải Phòng") == Place(clarity=Clarity.RESOLVED, ward=CAM_GIANG_2)
    unclear = Place(clarity=Clarity.AMBIGUOUS, candidates=(CAM_GIANG, CAM_GIANG_2))
    assert meant("cam giang", None, "hai phong") == unclear


def test_a_district_that_never_had_such_a_ward_makes_even_a_single_one_a_question() -> None:
    assert meant("Bến Nghé", "Quận 3", "HCM") == Place(clarity=Clarity.AMBIGUOUS, candidates=(SAI_GON,))
    assert meant("Phường 12", "Quận 3", "HCM") == Place(clarity=Clarity.UNKNOWN)


@pytest.mark.parametrize(("text", "province"), [("!!!", "HCM"), ("Atlantis", "HCM"), ("Bến Nghé", "Hà Nội"), ("", "")])
def test_what_nobody_knows_is_unknown_and_nothing_is_guessed(text: str, province: str) -> None:
    assert meant(text, None, province) == Place(clarity=Clarity.UNKNOWN)


def test_a_ward_that_somebody_chose_is_believed() -> None:
    assert destined(None, None, SAI_GON) == Place(clarity=Clarity.RESOLVED, ward=SAI_GON, chosen=True)


def test_abroad_and_without_a_book_nothing_is_said() -> None:
    assert sought(Address(street="1", ward="Mitte", province="Berlin", country="DE")) is None
    asked = sought(Address(street="1", ward="Bến Nghé", province="HCM"))
    assert destined(asked, None, None) is None


@pytest.mark.capability("ORD-08")
def test_two_spellings_of_one_address_are_the_same_by_their_words_or_by_street_and_ward() -> None:
    old = Address(street="12 Lê Lợi", ward="P. Bến Nghé", district="Q.1", province="HCM")
    new = Address(street="12, le loi", ward="Phường Sài Gòn", province="TP. Hồ Chí Minh")
    there, elsewhere = (Place(clarity=Clarity.RESOLVED, ward=each) for each in (SAI_GON, HOA_HUNG))
    assert same_address([(old, there), (new, there)])
    assert not same_address([(old, there), (new, elsewhere)])
    assert not same_address([(old, None), (new, there)])
    assert same_address([(old, None), (replace(old, ward="p ben nghe", province="hcm"), there)])
    assert not same_address([(old, there), (replace(old, street="14 Lê Lợi"), there)])
    assert not same_address([(old, there), (old, elsewhere)])


@given(text=st.text(max_size=60), district=st.none() | st.text(max_size=30), province=st.text(max_size=30))
def test_no_words_stumble(text: str, district: str | None, province: str) -> None:
    found = meant(text, district, province)
    assert found is not None
    assert (found.ward is not None) == (found.clarity is Clarity.RESOLVED)
    assert bool(found.candidates) == (found.clarity is Clarity.AMBIGUOUS)


@given(st.sampled_from(BOOK), st.booleans(), st.booleans())
def test_every_ward_of_the_book_leads_to_what_it_has_become(entry: BookWard, loud: bool, kind: bool) -> None:
    text = f"{'Phường ' if kind and entry.kind == 'phuong' else ''}{entry.accented}"
    asked = sought(Address(street="1", ward=text.upper() if loud else text, district=None, province=entry.province))
    assert asked is not None
    found = resolve(asked, BOOK)
    assert found.clarity is not Clarity.UNKNOWN
