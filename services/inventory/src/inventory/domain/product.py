"""What we sell (INV-01): the SKU is its name for ever, the rest may change."""

from dataclasses import dataclass
from typing import Any

from chassis.domain import Conflict, NotFound


class ProductNotFound(NotFound):
    """No product has this SKU."""


class SkuTaken(Conflict):
    """Another product has this SKU."""


class BarcodeTaken(Conflict):
    """Another product carries this barcode: a scan could not tell them apart."""


@dataclass(eq=False, kw_only=True)
class Product:
    """``price`` is in whole đồng, VAT included; ``weight_g`` 0 means that nobody has weighed it.

    ``low_at``: available units at which somebody is told (INV-18); without one the shop's setting holds.
    """

    sku: str
    name: str
    barcode: str | None = None
    weight_g: int = 0
    price: int = 0
    currency: str = "VND"
    vat_rate_bp: int = 0
    kind: str | None = None
    design: str | None = None
    colour: str | None = None
    size: str | None = None
    material: str | None = None
    use: str | None = None
    selling_points: str | None = None
    active: bool = True
    low_at: int | None = None
    version: int = 1

    def change(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Set what differs; what it was before, by name. Empty if nothing differs."""
        before = {name: getattr(self, name) for name, value in wanted.items() if getattr(self, name) != value}
        for name in before:
            setattr(self, name, wanted[name])
        if before:
            self.version += 1
        return before
