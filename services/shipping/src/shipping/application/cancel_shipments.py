"""The point of no return: shipping alone knows whether a parcel has left, and always answers.

Invariant: the answer is given under the locks of the order's rows. After a yes no shipment of the order is ever made or
handed over, also when none was known yet; after a no the manifest was signed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from contracts.orders.v1 import OrderEvent
from contracts.shipping.v1 import ShipmentCancelled
from shipping.application.announce import announce
from shipping.application.ports import Work
from shipping.domain.consignment import Consignment
from shipping.domain.shipment import Shipment


async def answer_cancel_requests(asked: Sequence[OrderEvent], uow: Work) -> None:
    """Decide each request and say so; asked again, the answer is the same."""
    for request, consignment, shipments in await _locked(asked, uow):
        left = next((each for each in shipments if each.has_left), None)
        if left is not None:
            left.cancel(uow.now)
            announce([left], uow, request)
            continue
        for shipment in shipments:
            shipment.cancel(uow.now)
        announce(shipments, uow, request)
        if not shipments:
            uow.publish(ShipmentCancelled(order_id=request.order_id, code=request.code), cause=request)
        await _call_off(consignment, shipments, uow)


async def call_off(cancelled: Sequence[OrderEvent], uow: Work) -> None:
    """Orders that are cancelled already. Only one that nobody had to ask about changes anything here."""
    for fact, consignment, shipments in await _locked(cancelled, uow):
        with_us = [each for each in shipments if each.is_with_us]
        for shipment in with_us:
            shipment.cancel(uow.now)
        announce(with_us, uow, fact)
        await _call_off(consignment, with_us, uow)


async def _locked(events: Sequence[OrderEvent], uow: Work) -> list[tuple[OrderEvent, Consignment, list[Shipment]]]:
    """Each event with all there is of its order, locked."""
    ids = [each.order_id for each in events]
    known = {each.order_id: each for each in await uow.consignments.known(ids, uow.now)}
    made = await uow.shipments.of_orders([id for id in ids if known[id].shipment_id is not None])
    return [(each, known[each.order_id], [one for one in made if one.order_id == each.order_id]) for each in events]


async def _call_off(consignment: Consignment, cancelled: Sequence[Shipment], uow: Work) -> None:
    at = consignment.called_off_at or uow.now
    await uow.consignments.save([dataclasses.replace(consignment, called_off_at=at)])
    await uow.shipments.save(cancelled)
