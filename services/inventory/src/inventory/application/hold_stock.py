"""A confirmed order asks for its goods: all of them from one location, or it waits (INV-05).

All lines of a batch are locked together before any is granted, and the oldest order is asked first; so two batches
can neither promise the same unit nor wait for each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.orders.v1 import OrderChanged, OrderConfirmed, OrderTerms
from inventory.application import announce
from inventory.application.book_stock import book_stock
from inventory.application.causes import Causes
from inventory.application.ports import Work
from inventory.application.records import OrderTerms as Terms
from inventory.domain.hold import GoodsLine, Hold, HoldState, in_queue_order


async def hold_stock(events: Sequence[OrderConfirmed], uow: Work) -> None:
    """Promise each order its goods, or queue it. What has left already (told before the order was) needs no promise."""
    known = await uow.orders.confirm([terms_of(event, event.confirmed_at) for event in events], uow.now)
    due = [event for event in events if not known[event.order_id].confirmed and not known[event.order_id].cancelled]
    left = await uow.parcels.issued_of([each.order_id for each in known.values() if each.issued])
    asked = [_hold_of(event, left.get(event.order_id, {})) for event in due]
    wanted = in_queue_order(hold for hold in asked if hold.lines)
    if not wanted:
        return
    stock = await uow.stock.lock({sku for hold in wanted for sku in hold.needs}, valued=False)
    causes = Causes(events)
    for hold in wanted:
        location_id = stock.hold(hold.needs)
        if location_id is not None:
            hold.grant(location_id, uow.now)
            uow.publish(announce.reserved(hold), cause=causes.of(hold.order_id))
        else:
            hold.wait(uow.now)
            uow.publish(announce.short(hold, stock.missing(hold.needs)), cause=causes.of(hold.order_id))
    await book_stock(stock, uow, causes)
    await uow.holds.add(wanted)


async def note_changes(events: Sequence[OrderChanged], uow: Work) -> None:
    """A new address, note or amount to collect stands on the slip from now on (ORD-09)."""
    confirmed = [terms_of(event) for event in events if event.confirmed]
    if confirmed:
        await uow.orders.change(confirmed)


def terms_of(event: OrderTerms, confirmed_at: datetime | None = None) -> Terms:
    return Terms(
        order_id=event.order_id,
        code=event.code,
        contact=event.contact.model_dump(mode="json"),
        note=event.note,
        carrier_choice=event.carrier_choice,
        cod=event.cod.amount,
        store_id=event.store_id,
        owner_id=event.owner_id,
        placed_at=event.placed_at,
        confirmed_at=confirmed_at,
    )


def _hold_of(event: OrderConfirmed, left: Mapping[UUID, int]) -> Hold:
    lines = (GoodsLine(line.line_id, line.sku, line.quantity - left.get(line.line_id, 0)) for line in event.lines)
    return Hold(
        order_id=event.order_id,
        placed_at=event.placed_at,
        lines=tuple(line for line in lines if line.quantity > 0),
        state=HoldState.WAITING,
    )
