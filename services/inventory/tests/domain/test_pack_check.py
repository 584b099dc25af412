"""The check at the packing table names every deviation (INV-10, INV-11)."""

import pytest

from inventory.domain.pack_check import Scan, Tolerance, check_scans, check_weight, expected_weight

SKUS = {"B-A": "A", "A": "A", "B-B": "B", "B": "B", "B-C": "C"}


def codes(scans: list[Scan], needs: dict[str, int]) -> list[tuple[str, str | None, str, int]]:
    return [
        (reason.code, reason.field, reason.params["item"], reason.params["quantity"])
        for reason in check_scans(scans, needs, SKUS)
    ]


@pytest.mark.capability("INV-10")
def test_what_matches_passes_however_it_was_scanned() -> None:
    assert codes([Scan("B-A", 1), Scan("A", 1), Scan("B", 1)], {"A": 2, "B": 1}) == []


@pytest.mark.capability("INV-10")
def test_a_wrong_item_is_named_and_so_is_what_is_missing_for_it() -> None:
    assert codes([Scan("B-C", 1)], {"A": 1}) == [("scan-wrong", "scans/0", "C", 1), ("scan-missing", "scans", "A", 1)]


@pytest.mark.capability("INV-10")
def test_a_code_nobody_knows_is_a_wrong_item() -> None:
    assert codes([Scan("A", 1), Scan("???", 2)], {"A": 1}) == [("scan-wrong", "scans/1", "???", 2)]


@pytest.mark.capability("INV-10")
def test_an_extra_item_is_pointed_at_by_the_scan_that_was_too_much() -> None:
    assert codes([Scan("A", 2), Scan("A", 1), Scan("A", 2)], {"A": 2}) == [
        ("scan-extra", "scans/1", "A", 1),
        ("scan-extra", "scans/2", "A", 2),
    ]


@pytest.mark.capability("INV-10")
def test_an_empty_table_lacks_everything() -> None:
    assert codes([], {"A": 2, "B": 1}) == [("scan-missing", "scans", "A", 2), ("scan-missing", "scans", "B", 1)]


@pytest.mark.capability("INV-11")
@pytest.mark.parametrize(("measured", "fits"), [(450, True), (550, True), (449, False), (551, False)])
def test_a_light_parcel_may_be_off_by_grams(measured: int, fits: bool) -> None:
    assert (check_weight(measured, 500, Tolerance(grams=50, percent=5)) == []) is fits


@pytest.mark.capability("INV-11")
@pytest.mark.parametrize(("measured", "fits"), [(1800, True), (2200, True), (1799, False), (2201, False)])
def test_a_heavy_parcel_may_be_off_by_a_share(measured: int, fits: bool) -> None:
    assert (check_weight(measured, 2000, Tolerance(grams=50, percent=10)) == []) is fits


@pytest.mark.capability("INV-11")
def test_goods_and_packaging_are_expected_unless_an_item_was_never_weighed() -> None:
    assert expected_weight([(200, 2), (50, 1)], 100) == 550
    assert expected_weight([(200, 2), (0, 1)], 100) is None
    assert check_weight(5, None, Tolerance(0, 0)) == []
