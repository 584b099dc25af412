"""The address book as it is published: read from the data of an installed package, whose code is never imported.

``vietnamadminunits`` (MIT) has both schemes by official codes and what every former ward has become. Its own code would
keep 30 MB in each process and needs packages that a closed product cannot ship (docs/decisions/0072). One province at
a time is read, so that whoever fills the tables stays small.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from orders.domain.places import DISTRICTS, WARDS, Ward, named, province_key
from orders.domain.words import folded

PACKAGE: Final = "vietnamadminunits"
LAYOUT: Final = 1
"""Counts the ways in which we have written an edition into our tables: a new one fills them again."""
TODAY, BEFORE = "two-level", "three-level"
Row = dict[str, Any]

_OF_TODAY = "SELECT * FROM admin_units ORDER BY provinceCode, wardCode"
_PROVINCES_BEFORE = "SELECT DISTINCT provinceCode, province, provinceKey FROM admin_units_legacy ORDER BY 1"
_OF_BEFORE = "SELECT * FROM admin_units_legacy WHERE provinceCode = ? ORDER BY districtCode, wardCode"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of the three tables that belong together, of one scheme and province."""

    provinces: list[Row]
    districts: list[Row]
    wards: list[Row]


def edition() -> str | None:
    """Which edition is installed; None if none is."""
    return f"{version(PACKAGE)}/{LAYOUT}" if find_spec(PACKAGE) is not None else None


def parts() -> Iterator[Part]:
    """The whole book, province by province."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"{PACKAGE} is not installed")
    data = Path(spec.submodule_search_locations[0]) / "data"
    became = _became(json.loads((data / "converter_2025.json").read_text(encoding="utf-8")))
    with closing(sqlite3.connect(f"file:{data / 'dataset.db'}?mode=ro", uri=True, check_same_thread=False)) as source:
        source.row_factory = sqlite3.Row
        today = {(row["provinceKey"], row["wardKey"]): _ward(row) for row in source.execute(_OF_TODAY)}
        links = _links(became, today)
        for code, name, key in source.execute(_PROVINCES_BEFORE).fetchall():
            yield _before(code, name, links[key], source.execute(_OF_BEFORE, (code,)).fetchall(), became, today)
        former: dict[str, set[str]] = defaultdict(set)
        for before, provinces in links.items():
            for province in provinces:
                former[province].add(before)
        names = {key: name for _, name, key in source.execute(_PROVINCES_BEFORE)}
        for key, rows in groupby(source.execute(_OF_TODAY).fetchall(), itemgetter("provinceKey")):
            yield _today(list(rows), sorted(names[each] for each in former[key]))


def _became(converter: Mapping[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """Former ward -> the wards of today that have a part of it."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, former in wards.items():
            for each in former:
                found[each].add((province, ward))
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for former, wards in divided.items():
            found[former].update((province, ward["newWardKey"]) for ward in wards)
    return found


def _links(
    became: Mapping[str, set[tuple[str, str]]], today: Mapping[tuple[str, str], Ward]
) -> dict[str, dict[str, str]]:
    """Former province -> the provinces of today it came to, key to name."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for former, wards in became.items():
        for ward in wards:
            found[former.partition("_")[0]][ward[0]] = today[ward].province
    return found


def _ward(row: sqlite3.Row) -> Ward:
    return Ward(code=row["wardCode"], name=row["ward"], province_code=row["provinceCode"], province=row["province"])


def _before(
    code: str,
    province: str,
    provinces: Mapping[str, str],
    rows: list[sqlite3.Row],
    became: Mapping[str, set[tuple[str, str]]],
    today: Mapping[tuple[str, str], Ward],
) -> Part:
    linked = sorted(provinces.values())
    districts = {row["districtCode"]: row["district"] for row in rows}
    return Part(
        provinces=[{"scheme": BEFORE, "code": code, "name": province, "linked": linked}],
        districts=[{"code": each, "name": name, "province_code": code} for each, name in districts.items()],
        wards=[
            _row(
                row,
                scheme=BEFORE,
                wards=[
                    today[each] for each in became[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"]
                ],
                provinces=[province_key(name) for name in linked],
            )
            for row in rows
        ],
    )


def _today(rows: list[sqlite3.Row], linked: list[str]) -> Part:
    code, name = rows[0]["provinceCode"], rows[0]["province"]
    merged = [province_key(each) for each in linked]
    return Part(
        provinces=[{"scheme": TODAY, "code": code, "name": name, "linked": linked}],
        districts=[],
        wards=[_row(row, scheme=TODAY, wards=[_ward(row)], provinces=merged) for row in rows],
    )


def _row(row: sqlite3.Row, *, scheme: str, wards: list[Ward], provinces: list[str]) -> Row:
    """A ward's row. An island district had no wards; it stands for the one that the address would name."""
    within = named(row["district"], DISTRICTS) if scheme == BEFORE else None
    name = row["ward"] or row["district"]
    ward = named(name, WARDS) if row["ward"] else within
    own = province_key(row["province"])
    if ward is None or (within is None and scheme == BEFORE):
        raise ValueError(f"{name!r} is no name")
    return {
        "scheme": scheme,
        "code": row["wardCode"] or row["districtCode"],
        "name": name,
        "kind": ward.kind or "",
        "accented": ward.accented,
        "keys": sorted({ward.key, *_former(row["wardAlias"])}),
        "district_code": row["districtCode"] if within else None,
        "district": row["district"] if within else None,
        "district_kind": (within.kind or "") if within else None,
        "district_keys": sorted({within.key, *_former(row["districtAlias"])}) if within else [],
        "province_code": row["provinceCode"],
        "province": row["province"],
        "province_key": own,
        "province_keys": sorted({own, *provinces}),
        "wards": [asdict(each) for each in sorted(wards, key=lambda each: each.code)],
        "became": sorted(each.code for each in wards),
        "words": sorted({*folded(name), *folded(row["district"] if within else ""), *folded(row["province"])}),
    }


def _former(aliases: str | None) -> Sequence[str]:
    """Names it had: the package writes each as our keys are, once with and once without its kind."""
    return [str(each) for each in json.loads(aliases)] if aliases else ()
