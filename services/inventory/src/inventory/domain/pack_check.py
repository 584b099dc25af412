"""The check at the packing table: what was scanned against what was ordered, and what it weighs (INV-10, INV-11)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chassis.domain import Invalid, Reason
from inventory.domain.stock import Needs


class PackRefused(Invalid):
    """Scans or weight do not match the order; each deviation is named."""


@dataclass(frozen=True, slots=True)
class Scan:
    """``code`` is what was read: a barcode or a SKU."""

    code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A parcel may be off by so many grams, or by such a share of what is expected if that is more."""

    grams: int
    percent: int

    def of(self, expected_g: int) -> int:
        return max(self.grams, expected_g * self.percent // 100)


def check_scans(scans: Sequence[Scan], needs: Needs, skus: Mapping[str, str]) -> list[Reason]:
    """What does not match, empty if all does. ``skus`` maps a scanned code to the SKU that carries it.

    Every wrong or extra item is pointed at by its scan; a missing one by the list. Whoever scans an item twice in two
    entries is understood: quantities of one SKU add up.
    """
    reasons: list[Reason] = []
    scanned: dict[str, int] = defaultdict(int)
    for index, scan in enumerate(scans):
        sku = skus.get(scan.code)
        if sku is None or sku not in needs:
            reasons.append(
                Reason("scan-wrong", f"scans/{index}", {"item": sku or scan.code, "quantity": scan.quantity})
            )
            continue
        before = scanned[sku]
        scanned[sku] += scan.quantity
        if scanned[sku] > needs[sku]:
            extra = scanned[sku] - max(before, needs[sku])
            reasons.append(
                Reason("scan-extra", f"scans/{index}", {"item": sku, "quantity": extra, "expected": needs[sku]})
            )
    for sku, units in needs.items():
        if scanned[sku] < units:
            reasons.append(
                Reason("scan-missing", "scans", {"item": sku, "quantity": units - scanned[sku], "expected": units})
            )
    return reasons


def check_weight(measured_g: int, expected_g: int | None, tolerance: Tolerance) -> list[Reason]:
    """Whether the scale agrees, exactly at the tolerance still yes. Nothing is expected of goods nobody weighed."""
    if expected_g is None or abs(measured_g - expected_g) <= tolerance.of(expected_g):
        return []
    params = {"measured": measured_g, "expected": expected_g, "tolerance": tolerance.of(expected_g)}
    return [Reason("weight-out-of-tolerance", "weight_g", params)]


def expected_weight(lines: Iterable[tuple[int, int]], packaging_g: int) -> int | None:
    """Gross grams of (weight of one, units) plus packaging; ``None`` if an item's weight is not known."""
    total = packaging_g
    for weight_g, units in lines:
        if weight_g <= 0:
            return None
        total += weight_g * units
    return total
