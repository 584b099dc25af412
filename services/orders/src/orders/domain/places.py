"""Which ward an address means (ORD-02, ORD-09).

Since July 2025 an address names a ward and one of 34 provinces; people and marketplaces go on writing the district,
the ward and the province of before. Both lead to wards of today. What leads to several, a divided ward or a name that
exists twice, is left to a person; nothing is guessed, and nothing is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from orders.domain.party import Address
from orders.domain.words import pieces, plain

Kinds = dict[tuple[str, ...], str]
"""The words in front of a name, and which kind of unit they mean; empty: any."""
WARDS: Kinds = {
    ("thi", "tran"): "thi-tran", ("dac", "khu"): "dac-khu",
    ("phuong",): "phuong", ("p",): "phuong", ("ph",): "phuong", ("f",): "phuong", ("ward",): "phuong",
    ("xa",): "xa", ("x",): "xa", ("commune",): "xa", ("tt",): "thi-tran", ("dk",): "dac-khu",
}  # fmt: skip
DISTRICTS: Kinds = {
    ("thi", "xa"): "thi-xa", ("thanh", "pho"): "thanh-pho", ("t", "p"): "thanh-pho",
    ("quan",): "quan", ("q",): "quan", ("huyen",): "huyen", ("h",): "huyen", ("tx",): "thi-xa",
    ("tp",): "thanh-pho", ("district",): "",
}  # fmt: skip
PROVINCES: Kinds = {("thanh", "pho"): "", ("t", "p"): "", ("tinh",): "", ("tp",): "", ("t",): ""}
BEHIND = {"ward", "commune", "town", "district", "city", "province"}
SHORT_PROVINCES = {
    "hn": "hanoi", "hcm": "hochiminh", "hcmc": "hochiminh", "tphcm": "hochiminh", "saigon": "hochiminh",
    "sg": "hochiminh", "hp": "haiphong", "dn": "danang", "thuathienhue": "hue", "thuathien": "hue", "tthue": "hue",
    "brvt": "bariavungtau", "baria": "bariavungtau", "vungtau": "bariavungtau", "daclac": "daklak",
    "dacnong": "daknong", "laocay": "laocai", "baccan": "backan",
}  # fmt: skip
MOST = 30
"""So many candidates are shown; who finds more has not been told enough to choose."""


class Clarity(StrEnum):
    """Whether it is known which ward of today an address means."""

    RESOLVED = "resolved"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """A ward, commune or special zone of today, by its official codes (Decision 19/2025/QĐ-TTg)."""

    code: str
    name: str
    province_code: str
    province: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What became of an address. ``candidates``: among which a person chooses; ``chosen``: somebody did."""

    clarity: Clarity
    ward: Ward | None = None
    candidates: tuple[Ward, ...] = ()
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A name as it was written: what kind of unit, the name without accents, and with those it has."""

    kind: str | None
    key: str
    accented: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what somebody wrote; ``district`` None: an address of today has none."""

    ward: Named
    district: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """An address as the book is asked for it: readings in the order in which they are tried."""

    readings: tuple[Reading, ...]
    province: str

    @property
    def keys(self) -> list[str]:
        return sorted({reading.ward.key for reading in self.readings})


@dataclass(frozen=True, slots=True, kw_only=True)
class BookWard:
    """A ward of the book, of today (``district`` None) or of before; ``wards``: what it is or has become today.

    ``keys`` has its former names as well. ``provinces``: for one of before the provinces it has come to, for one of
    today those that became its province.
    """

    kind: str
    accented: str
    keys: frozenset[str]
    district_kind: str | None
    district_keys: frozenset[str]
    province: str
    provinces: frozenset[str]
    wards: tuple[Ward, ...]

    @property
    def is_of_today(self) -> bool:
        return self.district_kind is None

    def may_be(self, address: Sought) -> bool:
        """Whether it has the ward's name and lies, or lay, in the province."""
        in_province = address.province == self.province or address.province in self.provinces
        return in_province and not self.keys.isdisjoint(address.keys)


def named(text: str, kinds: Kinds) -> Named | None:
    """``P. Bến Nghé`` -> phuong, ``bennghe``, ``bến nghé``; None if nothing is left of it."""
    words, kind = pieces(text), None
    bare = tuple(map(plain, words))
    for length in (2, 1):
        if len(words) > length and (meant := kinds.get(bare[:length])) is not None:
            words, bare, kind = words[length:], bare[length:], meant or None
            break
    if len(words) > 1 and bare[-1] in BEHIND:
        words, bare = words[:-1], bare[:-1]
    return Named(kind, "".join(bare), " ".join(words)) if words else None


@lru_cache(maxsize=512)
def province_key(text: str) -> str:
    """``TP.HCM``, ``Tp. Hồ Chí Minh``, ``Sài Gòn`` -> ``hochiminh``."""
    found = named(text, PROVINCES)
    return SHORT_PROVINCES.get(found.key, found.key) if found else ""


def sought(address: Address) -> Sought | None:
    """How to look the address up; None for one outside Viet Nam."""
    if address.country != "VN":
        return None
    return Sought(readings=tuple(_readings(address.ward, address.district)), province=province_key(address.province))


def _readings(ward: str, district: str | None) -> Iterable[Reading]:
    """As it stands; then with a district that was written behind the ward (``P. Bến Nghé, Q.1``)."""
    within = named(district, DISTRICTS) if district else None
    head, _, rest = ward.partition(",")
    if (whole := named(head, WARDS)) is None:
        return
    behind = named(rest.partition(",")[0], DISTRICTS) if rest else None
    yield Reading(whole, within or behind)
    words = pieces(head)
    for at in range(2, len(words) - 1):
        split = _district_at(words, at)
        first = named(" ".join(words[:at]), WARDS)
        if split is not None and first is not None and first.kind is not None:
            yield Reading(first, split)


def _district_at(words: Sequence[str], at: int) -> Named | None:
    found = named(" ".join(words[at:]), DISTRICTS)
    return found if found is not None and found.kind is not None else None


def destined(asked: Sought | None, book: Sequence[BookWard] | None, chosen: Ward | None) -> Place | None:
    """Where an address leads; None while there is no book, and outside Viet Nam. ``chosen``: which somebody named."""
    if chosen is not None:
        return Place(clarity=Clarity.RESOLVED, ward=chosen, chosen=True)
    return resolve(asked, book) if asked is not None and book is not None else None


def resolve(asked: Sought, book: Sequence[BookWard]) -> Place:
    """What the address means by these entries of the book, which share a name and the province with it."""
    for reading in asked.readings:
        found = [entry for entry in book if reading.ward.key in entry.keys]
        certain, entries = _meant(reading, asked.province, found)
        entries = _by_accents(reading.ward, _of_kind(reading.ward, entries) or entries)
        wards = tuple(sorted({ward for entry in entries for ward in entry.wards}, key=lambda ward: ward.code))
        if len(wards) == 1 and certain:
            return Place(clarity=Clarity.RESOLVED, ward=wards[0])
        if len(wards) == 1 or (wards and certain):
            return Place(clarity=Clarity.AMBIGUOUS, candidates=wards[:MOST])
    return Place(clarity=Clarity.UNKNOWN)


def _meant(reading: Reading, province: str, found: Sequence[BookWard]) -> tuple[bool, list[BookWard]]:
    """The entries that fit district and province best, and whether nothing contradicts them.

    Without a district the address is one of today, unless its province has ended or no ward of today has the name. A
    district that never had such a ward is an error somewhere: even a single ward of the name is left to a person.
    """
    own = [entry for entry in found if entry.province == province]
    today = [entry for entry in own if entry.is_of_today]
    formerly = [entry for entry in found if not entry.is_of_today]
    before = [entry for entry in own if not entry.is_of_today] or formerly
    merged = [entry for entry in found if entry.is_of_today]
    if reading.district is None:
        of_kind = (_of_kind(reading.ward, today), _of_kind(reading.ward, before), today, before, merged)
        return True, next(filter(None, of_kind), [])
    inside = [entry for entry in formerly if reading.district.key in entry.district_keys]
    within = [entry for entry in inside if entry in own] or inside
    narrower = [entry for entry in within if entry.district_kind == reading.district.kind]
    if within:
        return True, narrower or within
    return False, today or before or merged


def _of_kind(ward: Named, entries: list[BookWard]) -> list[BookWard]:
    return [entry for entry in entries if ward.kind in (None, entry.kind)]


def _by_accents(ward: Named, entries: list[BookWard]) -> list[BookWard]:
    """Of names that differ in accents alone the one that was written; of a former name all that have it."""
    return [entry for entry in entries if entry.accented == ward.accented] or entries


def same_address(told: Iterable[tuple[Address, Place | None]]) -> bool:
    """Whether all of these are one address (ORD-08): in the same words, or one street in one ward of today."""
    addresses, places = zip(*told, strict=True)
    wards = {place.ward.code if place is not None and place.ward is not None else None for place in places}
    if len(wards - {None}) > 1:
        return False
    if len({address.folded for address in addresses}) == 1:
        return True
    streets = {tuple(map(plain, pieces(address.street))) for address in addresses}
    return len(streets) == 1 and None not in wards
