"""A defect found while picking or packing (INV-09): the item is set aside and replaced.

There is a replacement as long as a unit is not promised to an older order; else the parcel goes back and the order's
stock is checked again, at every location.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from inventory.application import announce
from inventory.application.book_stock import book_stock
from inventory.application.causes import Causes
from inventory.application.locking import under_locks
from inventory.application.ports import Work
from inventory.application.take_back import TakenBack, returned_to_queue, take_back
from inventory.domain.hold import Hold
from inventory.domain.parcel import Parcel
from inventory.domain.stock import Origin, Stock


class Outcome(StrEnum):
    REPLACED = "replaced"
    RESERVED_ELSEWHERE = "reserved_elsewhere"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    parcel_id: UUID
    sku: str
    quantity: int
    reason: str


async def set_aside(command: SetAside, uow: Work) -> tuple[Parcel, Outcome]:
    """The parcel and what becomes of its order. Raises ``ParcelNotFound``, ``ParcelNotOpen``, ``NotInParcel``."""
    peeked = await uow.parcels.peek(command.parcel_id)
    peeked.spoil(command.sku, command.quantity)
    origin = Origin(order_id=peeked.order_id, parcel_id=peeked.id, reason=command.reason)

    async def plan(stock: Stock) -> tuple[TakenBack | None, list[TakenBack]]:
        stock.set_aside(command.sku, peeked.location_id, command.quantity, origin)
        taken = await take_back(stock, uow)
        own = next((each for each in taken if each.hold.order_id == peeked.order_id), None)
        if own is not None:
            _check_again(stock, own.hold, uow)
        return own, [each for each in taken if each is not own]

    stock, (own, others) = await under_locks(uow, set(peeked.needs), plan, places=(peeked.location_id,))
    causes = Causes()
    await book_stock(stock, uow, causes)
    await returned_to_queue(others, stock, uow, causes)
    parcel = await uow.parcels.get(command.parcel_id)
    parcel.spoil(command.sku, command.quantity)
    outcome = await _conclude(own, parcel, uow)
    uow.audit(
        "set-aside",
        "parcel",
        parcel.id,
        after={"sku": command.sku, "quantity": command.quantity, "outcome": str(outcome)},
        reason=command.reason,
    )
    return parcel, outcome


def _check_again(stock: Stock, hold: Hold, uow: Work) -> None:
    location_id = stock.hold(hold.needs)
    if location_id is not None:
        hold.waiting_since = None
        hold.grant(location_id, uow.now)


async def _conclude(own: TakenBack | None, parcel: Parcel, uow: Work) -> Outcome:
    if own is None:
        return Outcome.REPLACED
    parcel.stop("defect_without_replacement")
    await uow.parcels.save([parcel])
    await uow.holds.save([own.hold])
    uow.publish(announce.picking_stopped(parcel))
    if own.hold.location_id is not None:
        uow.publish(announce.reserved(own.hold))
        return Outcome.RESERVED_ELSEWHERE
    uow.publish(announce.short(own.hold, own.missing, taken_back=True))
    await uow.holds.wake(set(own.hold.needs))
    return Outcome.WAITING
