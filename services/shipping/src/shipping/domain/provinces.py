"""Where a parcel can go: the 34 provinces of Viet Nam since 1 July 2025, and every name people still write for them.

Tariffs and coverage name a province by its code in Decision 19/2025/QĐ-TTg. Customers go on writing the names of the
63 provinces there were before, without accents or with "TP." in front; each of those leads to one province of today.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Province:
    """``former`` are the provinces that were merged into it; ``also`` are other spellings."""

    code: str
    name: str
    former: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


PROVINCES: tuple[Province, ...] = (
    Province("01", "Hà Nội", also=("HN",)),
    Province("04", "Cao Bằng"),
    Province("08", "Tuyên Quang", ("Hà Giang",)),
    Province("11", "Điện Biên"),
    Province("12", "Lai Châu"),
    Province("14", "Sơn La"),
    Province("15", "Lào Cai", ("Yên Bái",), ("Lao Cay",)),
    Province("19", "Thái Nguyên", ("Bắc Kạn",), ("Bắc Cạn",)),
    Province("20", "Lạng Sơn"),
    Province("22", "Quảng Ninh"),
    Province("24", "Bắc Ninh", ("Bắc Giang",)),
    Province("25", "Phú Thọ", ("Vĩnh Phúc", "Hòa Bình")),
    Province("31", "Hải Phòng", ("Hải Dương",), ("HP",)),
    Province("33", "Hưng Yên", ("Thái Bình",)),
    Province("37", "Ninh Bình", ("Hà Nam", "Nam Định")),
    Province("38", "Thanh Hóa"),
    Province("40", "Nghệ An"),
    Province("42", "Hà Tĩnh"),
    Province("44", "Quảng Trị", ("Quảng Bình",)),
    Province("46", "Huế", also=("Thừa Thiên Huế", "Thừa Thiên", "TT Huế")),
    Province("48", "Đà Nẵng", ("Quảng Nam",)),
    Province("51", "Quảng Ngãi", ("Kon Tum",)),
    Province("52", "Gia Lai", ("Bình Định",)),
    Province("56", "Khánh Hòa", ("Ninh Thuận",)),
    Province("66", "Đắk Lắk", ("Phú Yên",), ("Đắc Lắc", "Đăk Lăk", "Đắc Lắk")),
    Province("68", "Lâm Đồng", ("Đắk Nông", "Bình Thuận"), ("Đắc Nông", "Đăk Nông")),
    Province("75", "Đồng Nai", ("Bình Phước",)),
    Province(
        "79",
        "Hồ Chí Minh",
        ("Bình Dương", "Bà Rịa - Vũng Tàu"),
        ("HCM", "TPHCM", "HCMC", "Sài Gòn", "SG", "Bà Rịa", "Vũng Tàu", "BRVT"),
    ),
    Province("80", "Tây Ninh", ("Long An",)),
    Province("82", "Đồng Tháp", ("Tiền Giang",)),
    Province("86", "Vĩnh Long", ("Bến Tre", "Trà Vinh")),
    Province("91", "An Giang", ("Kiên Giang",)),
    Province("92", "Cần Thơ", ("Sóc Trăng", "Hậu Giang")),
    Province("96", "Cà Mau", ("Bạc Liêu",)),
)

_IN_FRONT = (("thanh", "pho"), ("tinh",), ("tp",), ("t", "p"))
_BEHIND = (("province",), ("city",))


def folded(text: str) -> str:
    """Lower case, without accents, words apart by one blank: what two spellings of a name have in common."""
    without = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", without.replace("đ", "d")))


def province_of(text: str) -> Province | None:
    """The province of today that ``text`` (a name old or new, or a code) means; ``None`` if there is none."""
    return _by_key.get(_key(text))


def _key(text: str) -> str:
    words = tuple(folded(text).split())
    for prefix in _IN_FRONT:
        if len(words) > len(prefix) and words[: len(prefix)] == prefix:
            words = words[len(prefix) :]
            break
    for suffix in _BEHIND:
        if len(words) > len(suffix) and words[-len(suffix) :] == suffix:
            words = words[: -len(suffix)]
    return "".join(words)


_by_key: dict[str, Province] = {
    _key(name): province
    for province in PROVINCES
    for name in (province.code, province.name, *province.former, *province.also)
}
by_code: dict[str, Province] = {province.code: province for province in PROVINCES}
