"""Work on stock whose SKUs are only known while it is done.

Locks are taken sorted, so they cannot be added to: when the plan meets a SKU that is not locked (a waiting order
wants it too, a hold that must be taken back has it), everything is let go and planned again with it.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar

from inventory.application.ports import Work
from inventory.domain.stock import NotLocked, Stock

T = TypeVar("T")

MOST_ROUNDS = 20
"""A plan that still meets new SKUs after so many rounds is given up; the transaction is tried again from the start."""


class StockTooBusy(TimeoutError):
    """Others kept changing what the plan depends on. Passes by itself."""


async def under_locks(
    uow: Work,
    skus: Collection[str],
    plan: Callable[[Stock], Awaitable[T]],
    *,
    valued: bool = False,
    places: Iterable[str] = (),
) -> tuple[Stock, T]:
    """The stock as the plan left it, and what the plan returned.

    ``plan`` changes ``Stock`` in memory and reads; it may run several times, so it says and stores nothing.
    """
    wanted, everywhere = set(skus), tuple(places)
    for _ in range(MOST_ROUNDS):
        try:
            async with uow.stock.attempt():
                stock = await uow.stock.lock(wanted, valued=valued, places=everywhere)
                return stock, await plan(stock)
        except NotLocked as more:
            wanted |= more.skus
    raise StockTooBusy
