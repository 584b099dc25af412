"""The carrier has the parcel: its goods have left, whatever the books say (INV-07).

An issue uses the hold of its order. Without one it is booked as unplanned; units that were not on the books are found
first; and if less is left than is promised, the youngest promises are taken back, all in this transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.shipping.v1 import ShipmentHandedOver
from inventory.application import announce
from inventory.application.book_stock import alert, book_stock
from inventory.application.causes import Causes
from inventory.application.locking import under_locks
from inventory.application.ports import Work
from inventory.application.records import IssuedLine
from inventory.application.take_back import TakenBack, returned_to_queue, take_back
from inventory.domain.alerts import Alert, AlertKind
from inventory.domain.hold import GoodsLine, Hold, HoldState
from inventory.domain.parcel import Parcel, ParcelState
from inventory.domain.stock import Origin, Stock, needs_of


@dataclass(frozen=True, slots=True)
class Issued:
    """What one handover took from stock. ``unplanned``: units by SKU that nobody had been promised for it there."""

    event: ShipmentHandedOver
    lines: tuple[IssuedLine, ...]
    unplanned: Mapping[str, int]


async def issue_goods(events: Sequence[ShipmentHandedOver], uow: Work) -> None:
    """Book what left. A parcel leaves once."""
    await uow.orders.hear({event.order_id: event.code for event in events}, uow.now, issued=True)
    parcels = await uow.parcels.many([event.parcel_id for event in events])
    leaving = [
        event
        for event in events
        if event.parcel_id not in parcels or parcels[event.parcel_id].state is not ParcelState.ISSUED
    ]
    if not leaving:
        return
    ids = [event.order_id for event in leaving]
    peeked = await uow.holds.of(ids)

    async def plan(stock: Stock) -> tuple[list[Issued], dict[UUID, Hold], list[TakenBack]]:
        holds = await uow.holds.of(ids, lock=True)
        done = [_issue(stock, event, holds.get(event.order_id)) for event in leaving]
        return done, holds, await take_back(stock, uow, skip=ids)

    stock, (done, holds, taken) = await under_locks(
        uow,
        {line.sku for event in leaving for line in event.lines}.union(*(hold.needs for hold in peeked.values())),
        plan,
        valued=True,
        places={event.location_id for event in leaving},
    )
    causes = Causes(leaving)
    await book_stock(stock, uow, causes)
    await uow.holds.shrink(list(holds.values()))
    await _close_parcels(done, parcels, uow, causes)
    await alert(uow, causes, [each for one in done for each in _unplanned(one, stock)])
    await returned_to_queue(taken, stock, uow, causes)


def _issue(stock: Stock, event: ShipmentHandedOver, hold: Hold | None) -> Issued:
    shipped = needs_of((line.sku, line.quantity) for line in event.lines)
    covered: dict[str, int] = {}
    if hold is not None:
        promised = {line.line_id: line for line in hold.lines}
        used = [
            (line.line_id, line.sku, min(line.quantity, promised[line.line_id].quantity))
            for line in event.lines
            if line.line_id in promised
        ]
        if hold.state is HoldState.HELD and hold.location_id is not None:
            needs = needs_of((sku, units) for _, sku, units in used)
            stock.release(hold.location_id, needs)
            covered = needs if hold.location_id == event.location_id else {}
        hold.shrink((line_id, units) for line_id, _, units in used)
    origin = Origin(order_id=event.order_id, parcel_id=event.parcel_id, document=event.manifest_code)
    lines = tuple(
        IssuedLine(
            event.parcel_id,
            line.line_id,
            line.sku,
            line.quantity,
            stock.issue(line.sku, event.location_id, line.quantity, origin),
        )
        for line in event.lines
    )
    unplanned = {sku: units - covered.get(sku, 0) for sku, units in shipped.items() if units > covered.get(sku, 0)}
    return Issued(event, lines, unplanned)


async def _close_parcels(done: Sequence[Issued], parcels: Mapping[UUID, Parcel], uow: Work, causes: Causes) -> None:
    """The parcels are the carrier's now; one we never made (a restored database) is written down as it left."""
    left: list[Parcel] = []
    new: list[Parcel] = []
    for one in done:
        event = one.event
        lines = tuple(GoodsLine(line.line_id, line.sku, line.quantity) for line in event.lines)
        parcel = parcels.get(event.parcel_id)
        if parcel is None:
            parcel = Parcel(
                id=event.parcel_id,
                order_id=event.order_id,
                location_id=event.location_id,
                lines=lines,
                weight_g=event.weight_g,
            )
            new.append(parcel)
        else:
            left.append(parcel)
        parcel.state, parcel.shipment_id, parcel.location_id = ParcelState.ISSUED, event.shipment_id, event.location_id
        parcel.lines = lines
        uow.publish(
            announce.issued(parcel, event.location_id, lines, planned=not one.unplanned),
            cause=causes.of(event.order_id),
            occurred_at=event.meta.occurred_at,
        )
    if new:
        await uow.parcels.add(new, uow.now)
    await uow.parcels.save(left)
    await uow.parcels.issued([line for one in done for line in one.lines])
    await uow.parcels.on_the_road([*left, *new])
    await uow.shipments.become({one.event.shipment_id: "handed_over" for one in done})


def _unplanned(one: Issued, stock: Stock) -> list[tuple[Alert, UUID | None]]:
    return [
        (
            Alert(
                kind=AlertKind.UNPLANNED,
                sku=sku,
                location_id=one.event.location_id,
                available=stock.available(sku),
                quantity=units,
            ),
            one.event.order_id,
        )
        for sku, units in one.unplanned.items()
    ]
