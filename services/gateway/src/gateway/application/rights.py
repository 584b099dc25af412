"""Which role may do what, before anybody edits it: DOMAIN part 2 as a table, one row per area.

``F`` create, edit, view, delete; ``W`` create, edit, view; ``R`` view; ``A`` approve and view; ``WA`` both; a final
``o`` confines the right to the own stores; ``-`` none. A permission is ``<area>:<action>``, a confined one ends in
``:own``.
"""

from collections.abc import Iterable, Mapping

ROLES = ("SAL", "LEAD", "SM", "CSH", "WH", "SHP", "ACC", "CS", "MKT", "PUR", "DIR", "HR")
"""The columns, in DOMAIN's order."""

TITLES = {
    "SAL": "Online sales",
    "LEAD": "Online team lead",
    "SM": "Store manager",
    "CSH": "Store sales, cashier",
    "WH": "Warehouse",
    "SHP": "Shipping, delivery",
    "ACC": "Accountant",
    "CS": "Customer care",
    "MKT": "Marketing",
    "PUR": "Purchasing",
    "DIR": "Director",
    "HR": "HR, administration",
    "ADMIN": "Administrator of the platform",
}

ACTIONS = {"F": ("read", "write", "delete"), "W": ("read", "write"), "R": ("read",), "A": ("read", "approve"), "-": ()}

# fmt: off
AREAS = """
area            SAL  LEAD SM   CSH  WH   SHP  ACC  CS   MKT  PUR  DIR  HR
orders          W    F    R    -    R    R    R    W    R    -    R    -
order-status    W    W    -    -    -    -    -    W    -    -    R    -
duplicates      R    F    -    -    R    -    -    R    -    -    R    -
deleted-orders  -    F    -    -    -    -    R    -    -    -    R    -
marketplaces    W    F    -    -    -    -    -    -    W    -    R    -
live-prices     R    F    -    -    R    -    -    -    R    -    A    -
special-prices  W    WA   WA   W    -    -    R    W    -    -    A    -
bills           -    -    Fo   Fo   -    -    R    R    -    -    R    -
store-returns   -    -    Fo   -    R    -    R    R    -    -    R    -
store-revenue   -    -    Ro   -    -    -    R    -    -    -    R    R
order-reports   Ro   R    -    -    -    -    R    -    R    -    R    -
stock           R    R    Ro   Ro   W    -    R    R    R    R    R    -
products        R    R    R    R    F    -    R    R    W    W    R    -
picking         W    R    -    -    W    -    -    -    -    -    R    -
waybills        W    F    -    -    W    W    R    -    -    -    R    -
carriers        R    R    -    -    R    W    R    R    -    -    F    -
tracking        W    W    -    -    R    W    -    W    -    -    R    -
own-fleet       R    R    R    -    R    F    -    R    -    -    R    -
return-goods    W    W    Wo   -    W    W    R    R    -    -    R    -
rma             W    WA   WAo  -    R    R    A    W    -    -    A    -
cases           W    WA   WAo  W    R    R    R    F    -    -    A    -
cod             R    W    -    -    -    R    WA   -    -    -    R    -
bank-transfers  -    W    -    -    -    -    F    R    -    -    R    -
debts           -    W    -    -    -    -    F    -    -    -    R    -
payables        -    -    -    -    -    -    F    -    -    R    A    -
vouchers        -    -    -    -    -    -    F    -    -    -    A    -
misa            -    W    -    -    -    -    F    -    -    -    R    -
payroll         -    W    -    -    -    -    WA   -    -    -    A    R
customers       W    F    Wo   Wo   -    R    R    F    R    -    R    -
blacklist       R    W    R    R    R    R    R    F    -    -    R    -
leads           W    F    -    -    -    -    -    W    W    -    R    R
campaigns       R    W    R    -    -    -    R    R    F    -    A    -
feedback        R    R    W    W    -    -    -    F    W    R    R    -
suppliers       -    W    W    -    W    -    R    -    R    F    A    -
transfers       -    R    W    R    F    W    R    -    -    R    R    -
stocktakes      -    -    Wo   -    W    -    WA   -    -    -    A    -
plans           R    W    W    -    R    R    R    W    W    W    F    R
staff           R    R    Wo   R    R    R    R    R    R    R    A    F
"""
# fmt: on

PLATFORM = {
    "ADMIN": {"users": "F", "keys": "F", "dead-letters": "F", "settings": "W", "jobs": "W", "audit": "R"},
    "DIR": {"users": "R", "keys": "R", "dead-letters": "R", "settings": "W", "jobs": "R", "audit": "R"},
}
"""The platform's own areas: the administrator runs them, the director sees them and sets thresholds."""

EXTRA = {"ADMIN": frozenset({"dead-letters:personal"})}
"""Rights that are no action of an area: to see personal fields on the dead-letter desk."""


def defaults() -> Mapping[str, frozenset[str]]:
    """Role -> permissions, as they are until somebody edits a role."""
    header, *rows = (line.split() for line in AREAS.strip().splitlines())
    granted: dict[str, set[str]] = {role: set() for role in (*header[1:], *PLATFORM)}
    for area, *cells in rows:
        for role, cell in zip(header[1:], cells, strict=True):
            granted[role].update(permissions_of(area, cell))
    for role, areas in PLATFORM.items():
        for area, cell in areas.items():
            granted[role].update(permissions_of(area, cell))
    for role, permissions in EXTRA.items():
        granted[role] |= permissions
    return {role: frozenset(permissions) for role, permissions in granted.items()}


def permissions_of(area: str, cell: str) -> Iterable[str]:
    """What one cell of the table grants. ``KeyError`` for a letter the table does not know."""
    letters, own = (cell[:-1], ":own") if cell.endswith("o") else (cell, "")
    actions = dict.fromkeys(action for letter in letters for action in ACTIONS[letter])
    return [f"{area}:{action}{own}" for action in actions]


def areas() -> tuple[str, ...]:
    """Every area of the business, in DOMAIN's order."""
    return tuple(line.split()[0] for line in AREAS.strip().splitlines()[1:])
