"""Availability, told at most once a second and SKU however often it changes: it informs, it never promises (INV-04)."""

from contracts.inventory.v1 import ProductChanged, StockChanged
from inventory.application import announce
from inventory.application.ports import Work


async def announce_stock(uow: Work, *, limit: int) -> int:
    """Tell what changed since it was last told; how many SKUs that were."""
    skus = await uow.stock.unannounced(limit)
    levels = await uow.stock.levels(skus)
    for sku in skus:
        uow.publish(announce.stock_changed(sku, levels[sku]))
    await uow.stock.announced(skus)
    return len(skus)


async def stock_states(uow: Work, after: str | None, limit: int) -> list[StockChanged]:
    """The availability of the next SKUs as it is now, to be told again."""
    skus = await uow.stock.skus_after(after, limit)
    levels = await uow.stock.levels(skus, lock=True)
    return [announce.stock_changed(sku, levels[sku]) for sku in skus]


async def product_states(uow: Work, after: str | None, limit: int) -> list[ProductChanged]:
    """The next products as they are now, to be told again."""
    return [announce.product_changed(product) for product in await uow.products.page(after, limit)]
