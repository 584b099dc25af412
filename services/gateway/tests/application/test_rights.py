"""The roles' rights, cell by cell against a second copy of DOMAIN part 2, written as sentences of the shop's paper."""

import pytest

from gateway.application.rights import ROLES, areas, defaults, permissions_of

# DOMAIN part 2 as it is printed: the name of the area on paper, and a letter per role in the printed order.
PAPER = """
|Online orders, notes|W|F|R|-|R|R|R|W|R|-|R|-|
|Status change after call|W|W|-|-|-|-|-|W|-|-|R|-|
|Duplicates, split, merge, error report|R|F|-|-|R|-|-|R|-|-|R|-|
|Deleted orders: delete, restore|-|F|-|-|-|-|R|-|-|-|R|-|
|Marketplace link, mapping, storefront|W|F|-|-|-|-|-|-|W|-|R|-|
|Live price programme, live list|R|F|-|-|R|-|-|-|R|-|A|-|
|Special price|W|WA|WA|W|-|-|R|W|-|-|A|-|
|Retail bills|-|-|Fo|Fo|-|-|R|R|-|-|R|-|
|Store exchange/return|-|-|Fo|-|R|-|R|R|-|-|R|-|
|Store revenue, by staff, commission|-|-|Ro|-|-|-|R|-|-|-|R|R|
|Order reports|Ro|R|-|-|-|-|R|-|R|-|R|-|
|Stock levels|R|R|Ro|Ro|W|-|R|R|R|R|R|-|
|SKU, labels, photos|R|R|R|R|F|-|R|R|W|W|R|-|
|Pick list, picking, packing|W|R|-|-|W|-|-|-|-|-|R|-|
|Waybill, send to carrier, manifest|W|F|-|-|W|W|R|-|-|-|R|-|
|Carriers, tariffs|R|R|-|-|R|W|R|R|-|-|F|-|
|Tracking, chasing, call log|W|W|-|-|R|W|-|W|-|-|R|-|
|Own-fleet dispatch|R|R|R|-|R|F|-|R|-|-|R|-|
|Confirm returned goods|W|W|Wo|-|W|W|R|R|-|-|R|-|
|RMA, refund|W|WA|WAo|-|R|R|A|W|-|-|A|-|
|Cases, complaints|W|WA|WAo|W|R|R|R|F|-|-|A|-|
|COD correction, reconciliation|R|W|-|-|-|R|WA|-|-|-|R|-|
|Bank-transfer review|-|W|-|-|-|-|F|R|-|-|R|-|
|Debt report|-|W|-|-|-|-|F|-|-|-|R|-|
|Supplier payables|-|-|-|-|-|-|F|-|-|R|A|-|
|Cash, cost, tax, vouchers|-|-|-|-|-|-|F|-|-|-|A|-|
|MISA push|-|W|-|-|-|-|F|-|-|-|R|-|
|Payroll revenue|-|W|-|-|-|-|WA|-|-|-|A|R|
|Customers|W|F|Wo|Wo|-|R|R|F|R|-|R|-|
|Blacklist|R|W|R|R|R|R|R|F|-|-|R|-|
|Leads, inbox, scripts, FAQ|W|F|-|-|-|-|-|W|W|-|R|R|
|Campaigns, content, affiliates|R|W|R|-|-|-|R|R|F|-|A|-|
|Feedback, reviews, photos|R|R|W|W|-|-|-|F|W|R|R|-|
|Suppliers, purchase requests|-|W|W|-|W|-|R|-|R|F|A|-|
|Transfers|-|R|W|R|F|W|R|-|-|R|R|-|
|Stocktake|-|-|Wo|-|W|-|WA|-|-|-|A|-|
|KPI and monthly plans|R|W|W|-|R|R|R|W|W|W|F|R|
|Staff, shifts, training|R|R|Wo|R|R|R|R|R|R|R|A|F|
"""
ROWS = [line.strip("|").split("|") for line in PAPER.strip().splitlines()]
CELLS = [
    pytest.param(area, role, cell, id=f"{area}-{role}")
    for area, (_, *cells) in zip(areas(), ROWS, strict=True)
    for role, cell in zip(ROLES, cells, strict=True)
]
MEANT = {
    "-": set(),
    "R": {"read"},
    "W": {"read", "write"},
    "F": {"read", "write", "delete"},
    "A": {"read", "approve"},
    "WA": {"read", "write", "approve"},
}


@pytest.mark.capability("GWC-01")
@pytest.mark.parametrize(("area", "role", "cell"), CELLS)
def test_a_role_has_exactly_what_its_cell_says(area: str, role: str, cell: str) -> None:
    suffix = ":own" if cell.endswith("o") else ""
    expected = {f"{area}:{action}{suffix}" for action in MEANT[cell.removesuffix("o")]}
    held = {permission for permission in defaults()[role] if permission.partition(":")[0] == area}
    assert held == expected


def test_the_administrator_has_the_platform_and_no_business() -> None:
    assert {permission.partition(":")[0] for permission in defaults()["ADMIN"]}.isdisjoint(areas())
    assert {"users:write", "keys:delete", "dead-letters:personal", "settings:write"} <= defaults()["ADMIN"]


def test_the_director_reads_the_platform_and_sets_thresholds() -> None:
    platform = {p for p in defaults()["DIR"] if p.partition(":")[0] not in areas()}
    expected = {"users:read", "keys:read", "dead-letters:read", "settings:read", "settings:write", "jobs:read"}
    assert platform == expected | {"audit:read"}


def test_an_unknown_letter_is_an_error_and_not_a_right() -> None:
    with pytest.raises(KeyError):
        permissions_of("orders", "X")
