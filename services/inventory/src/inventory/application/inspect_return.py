"""What came back is inspected: sellable goods serve the queue, defective ones are set apart (INV-13)."""

from collections.abc import Sequence

from inventory.application import announce
from inventory.application.book_stock import book_stock
from inventory.application.causes import Causes
from inventory.application.locking import under_locks
from inventory.application.ports import Work
from inventory.application.serve_queue import granted, serve_queue
from inventory.domain.hold import Hold
from inventory.domain.returned import RESTOCKED, Finding, Grade, Return
from inventory.domain.stock import Origin, Stock


async def inspect_return(
    returned: Return, findings: Sequence[Finding], uow: Work, *, location_id: str, note: str | None
) -> None:
    """Grade every unit of ``returned`` (which is locked) and put at ``location_id`` what is ours again."""
    returned.inspect(findings, location_id=location_id, by=str(uow.actor), at=uow.now, note=note)
    back = [each for each in returned.findings if each.grade in RESTOCKED]
    origin = Origin(order_id=returned.order_id, parcel_id=returned.parcel_id, return_id=returned.id)

    async def plan(stock: Stock) -> tuple[set[str], list[Hold]]:
        for each in back:
            units = {"sellable" if each.grade is Grade.SELLABLE else "defective": each.quantity}
            stock.come_back(each.sku, location_id, **units, value=each.value, origin=origin)
        return await uow.holds.waited_for({each.sku for each in back}), await serve_queue(stock, uow)

    stock, (waited_for, served) = await under_locks(uow, {each.sku for each in back}, plan, valued=True)
    causes = Causes()
    await book_stock(stock, uow, causes, waited_for=waited_for)
    await uow.returns.save(returned)
    uow.publish(announce.inspected(returned))
    await granted(served, uow, causes)
    uow.audit(
        "inspect",
        "return",
        returned.id,
        after={
            "location": location_id,
            "lines": [[str(each.line_id), str(each.grade), each.quantity] for each in returned.findings],
        },
        reason=note,
    )
