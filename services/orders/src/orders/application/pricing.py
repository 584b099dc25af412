"""How a price comes about: what goods cost, line by line, when somebody asks for them (ORD-01, ORD-19).

From here on the agreement counts: ``orders.domain.lines.with_shares`` takes the order's own discount from the lines,
``Agreement.total`` is the sum, ``Order.cod`` what is still to be paid at the door.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from contracts.money import Money
from orders.application.ports import Product
from orders.domain.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Goods as somebody asks for them. Without a price the shop's own price holds. ``line_id``: a line to keep."""

    sku: str | None
    quantity: int | None
    unit_price: Money | None = None
    discount: Money | None = None
    line_id: UUID | None = None


def unit_price(line: Asked, product: Product) -> int:
    """The price somebody named, else the shop's own."""
    return line.unit_price.amount if line.unit_price is not None else product.price


def gross(line: Asked, product: Product) -> int:
    """Before the line's own discount."""
    return (line.quantity or 0) * unit_price(line, product)


def net(line: Asked, products: Mapping[str, Product]) -> int:
    """What the line costs; below zero if its discount is more than its goods, which is refused."""
    return gross(line, products[line.sku or ""]) - (line.discount.amount if line.discount else 0)


def priced(line: Asked, product: Product, id: UUID, *, staff_added: bool = False) -> Line:
    """A line with what the product's copy says of it, once nothing is wrong with it."""
    return Line(
        id=id,
        sku=product.sku,
        name=product.name,
        quantity=line.quantity or 1,
        unit_price=unit_price(line, product),
        discount=line.discount.amount if line.discount is not None else 0,
        vat_rate_bp=product.vat_rate_bp,
        weight_g=product.weight_g,
        staff_added=staff_added,
    )
