"""Physical facts win over holds: what is no longer there cannot stay promised.

The youngest orders give way first. One whose parcel is packed gives way last: its goods are in a closed box.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from inventory.application import announce
from inventory.application.book_stock import alert
from inventory.application.causes import Causes
from inventory.application.ports import Work
from inventory.domain.alerts import Alert, AlertKind
from inventory.domain.hold import Hold
from inventory.domain.stock import Missing, Overheld, Stock


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A hold that is in the queue again, and what it lacks since."""

    hold: Hold
    missing: tuple[Missing, ...]
    because: Overheld


class HoldsDoNotExplain(LookupError):
    """More is reserved than all holds say: the books were changed past this service."""


async def take_back(stock: Stock, uow: Work, *, skip: Collection[UUID] = ()) -> list[TakenBack]:
    """Take back holds until no level has more reserved than on hand. ``skip``: orders whose holds are gone already."""
    taken: list[TakenBack] = []
    gone = set(skip)
    while over := stock.overheld():
        for level in over:
            if stock.level(level.sku, level.location_id).available >= 0:
                continue  # a hold that was taken back for another SKU had this one, too
            found = await uow.holds.youngest(level.sku, level.location_id, level.units, skip=gone)
            if not found:
                raise HoldsDoNotExplain(f"{level.sku} at {level.location_id}: {level.units} units")
            stock.require(sku for hold in found for sku in hold.needs)
            for hold in found:
                if stock.level(level.sku, level.location_id).available >= 0:
                    break
                stock.release(level.location_id, hold.needs)
                hold.wait(uow.now)
                taken.append(TakenBack(hold, stock.lacking(level.location_id, hold.needs), level))
                gone.add(hold.order_id)
    return taken


async def returned_to_queue(taken: Sequence[TakenBack], stock: Stock, uow: Work, causes: Causes) -> None:
    """Store and tell it. Their parcels leave the floor, and the queue is looked at again: another location may have
    all of it, and what else they held is free now."""
    if not taken:
        return
    await uow.holds.save([each.hold for each in taken])
    parcels = await uow.parcels.open_of([each.hold.order_id for each in taken])
    for parcel in parcels:
        parcel.stop("stock_taken_back")
        uow.publish(announce.picking_stopped(parcel), cause=causes.of(parcel.order_id))
    await uow.parcels.save(parcels)
    for each in taken:
        uow.publish(announce.short(each.hold, each.missing, taken_back=True), cause=causes.of(each.hold.order_id))
    await uow.holds.wake({sku for each in taken for sku in each.hold.needs})
    await alert(
        uow,
        causes,
        [
            (
                Alert(
                    kind=AlertKind.TAKEN_BACK,
                    sku=each.because.sku,
                    location_id=each.because.location_id,
                    available=stock.available(each.because.sku),
                    quantity=each.hold.needs[each.because.sku],
                ),
                each.hold.order_id,
            )
            for each in taken
        ],
    )
