"""Goods arrive from a supplier: into stock at their cost, and on to the orders that wait (INV-06, INV-18)."""

from chassis.domain import Reason
from inventory.application.book_stock import book_stock
from inventory.application.causes import Causes
from inventory.application.locking import under_locks
from inventory.application.ports import Work
from inventory.application.serve_queue import granted, serve_queue
from inventory.domain.hold import Hold
from inventory.domain.receipt import Receipt, ReceiptDiffers, ReceiptRefused
from inventory.domain.stock import Origin, Stock


async def receive_goods(receipt: Receipt, uow: Work) -> tuple[Receipt, bool]:
    """The receipt as it is booked, and whether this call booked it.

    Raises ``ReceiptRefused`` for unknown goods or places, ``ReceiptDiffers`` if the document was booked with others.
    """
    booked = await uow.receipts.add(receipt)
    if booked is not None:
        if not receipt.says_the_same_as(booked):
            raise ReceiptDiffers(document=receipt.document)
        return booked, False
    await _refuse_strange(receipt, uow)
    skus = {line.sku for line in receipt.lines}
    origin = Origin(document=receipt.document, reason=receipt.supplier)

    async def plan(stock: Stock) -> tuple[set[str], list[Hold]]:
        for line in receipt.lines:
            stock.receive(line.sku, receipt.location_id, line.quantity, line.value, origin)
        return await uow.holds.waited_for(skus), await serve_queue(stock, uow)

    stock, (waited_for, served) = await under_locks(uow, skus, plan, valued=True)
    causes = Causes()
    await book_stock(stock, uow, causes, waited_for=waited_for)
    await granted(served, uow, causes)
    uow.audit(
        "receive",
        "receipt",
        receipt.document,
        after={"supplier": receipt.supplier, "location": receipt.location_id, "lines": len(receipt.lines)},
    )
    return receipt, True


async def _refuse_strange(receipt: Receipt, uow: Work) -> None:
    unknown = await uow.products.unknown({line.sku for line in receipt.lines})
    reasons = [
        Reason("unknown-sku", f"lines/{index}/sku", {"sku": line.sku})
        for index, line in enumerate(receipt.lines)
        if line.sku in unknown
    ]
    if not await uow.locations.exists(receipt.location_id):
        reasons.append(Reason("unknown-location", "location_id", {"location": receipt.location_id}))
    if reasons:
        raise ReceiptRefused(reasons, count=len(reasons))
