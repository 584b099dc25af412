"""The SKU master (INV-01): what changes in it is told whole."""

from typing import Any

from inventory.application import announce
from inventory.application.ports import Work
from inventory.domain.product import Product


async def register_product(product: Product, uow: Work) -> None:
    """A new SKU. Raises ``SkuTaken``, ``BarcodeTaken``."""
    await uow.products.add(product)
    uow.publish(announce.product_changed(product))
    uow.audit("register", "product", product.sku, after={"name": product.name, "price": product.price})


async def change_product(product: Product, wanted: dict[str, Any], uow: Work) -> None:
    """Change a product that is locked. Nothing is told if nothing differs. Raises ``BarcodeTaken``."""
    before = product.change(wanted)
    if not before:
        return
    await uow.products.save(product)
    uow.publish(announce.product_changed(product))
    uow.audit("change", "product", product.sku, before=before, after={name: wanted[name] for name in before})
