"""What an order is worth in points. Pure, so that facts may come in any order: it is asked again after each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """Delivered goods of one order line and what was paid for them, in the smallest unit of the currency."""

    quantity: int
    amount: int


def kept_value(bought: Mapping[str, BoughtLine], returned: Mapping[str, int]) -> int:
    """What the goods that the customer kept are worth: each line less the share of its units that came back.

    More units than were bought count as all of them; lines that were not bought count nothing.
    """
    kept = 0
    for line, goods in bought.items():
        back = min(max(returned.get(line, 0), 0), goods.quantity)
        kept += goods.amount - _share(goods.amount, back, goods.quantity)
    return kept


def points_for(bought: Mapping[str, BoughtLine], returned: Mapping[str, int], dong_per_point: int) -> int:
    """Whole points for what was kept (CRM-01); what a return takes back is the difference to what was earned."""
    return max(kept_value(bought, returned), 0) // dong_per_point


def came_back(inspections: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Line -> units that are back, from (line, grade, units). What is missing did not come back."""
    units: dict[str, int] = {}
    for line, grade, quantity in inspections:
        if grade != "missing":
            units[line] = units.get(line, 0) + quantity
    return units


def _share(amount: int, part: int, whole: int) -> int:
    """Rounded half up."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0
