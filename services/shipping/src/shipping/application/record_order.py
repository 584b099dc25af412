"""The order desk's half: what was agreed, and that an order which had to wait may go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.event import Event
from shipping.application.announce import announce
from shipping.application.make_shipments import make_shipments, route
from shipping.application.ports import TermsNews, Work
from shipping.domain.carrier import Carrier
from shipping.domain.provinces import province_of
from shipping.domain.quotes import offers
from shipping.domain.shipment import Shipment
from shipping.domain.terms import Terms


async def record_terms(news: Sequence[TermsNews], uow: Work, causes: Mapping[UUID, Event]) -> None:
    """Confirmed or changed orders. What has no shipment gets one if that completes it; what has one is revised."""
    heard = await uow.consignments.record_terms(news, uow.now)
    await make_shipments(heard, uow, causes)
    travelling = [each.order_id for each in heard if each.shipment_id is not None]
    if travelling:
        await _revise(travelling, {each.order_id: each for each in news}, uow, causes)


async def record_release(holds: Mapping[UUID, datetime | None], uow: Work, causes: Mapping[UUID, Event]) -> None:
    """Orders that had to wait for stock may go on (ORD-12): order -> when the hold was made that may go."""
    await make_shipments(await uow.consignments.record_release(holds, uow.now), uow, causes)


async def _revise(
    order_ids: Sequence[UUID], news: Mapping[UUID, TermsNews], uow: Work, causes: Mapping[UUID, Event]
) -> None:
    shipments = [each for each in await uow.shipments.of_orders(order_ids) if each.is_with_us]
    astray = []
    for shipment in shipments:
        before = shipment.terms
        told = news[shipment.order_id]
        shipment.revise(told.terms, told.sequence)
        if shipment.obstacle is not None or _goes_elsewhere(before, shipment.terms):
            astray.append(shipment)
    await find_way(astray, uow)
    await uow.shipments.save(shipments)
    for shipment in shipments:
        announce([shipment], uow, causes.get(shipment.order_id))


async def find_way(shipments: Sequence[Shipment], uow: Work, picked: str | None = None) -> None:
    """Send what is made already, and still with us, to where the customer is now: with its service if that goes there,
    else with another carrier under a new number, else it stops here. Saving is the caller's."""
    if not shipments:
        return
    carriers = {carrier.id: carrier for carrier in await uow.carriers.all()}
    elsewhere = []
    for shipment in shipments:
        fee = None if picked else _same_service(shipment, carriers)
        if fee is None:
            elsewhere.append(shipment)
        else:
            shipment.reprice(fee)
    found = await route([(each.terms, each.weight_g or each.terms.weight_g, picked) for each in elsewhere], uow)
    for shipment, way in zip(elsewhere, found, strict=True):
        if way.quote is not None:
            shipment.reroute(way.quote, way.tracking)
        elif way.obstacle is not None:
            shipment.stop_at(way.obstacle)


def _same_service(shipment: Shipment, carriers: Mapping[str, Carrier]) -> int | None:
    """What the shipment's own service asks now; ``None`` if it does not go there or the customer chose another."""
    carrier = carriers[shipment.carrier_id]
    choice = shipment.terms.carrier_choice
    if choice and not carrier.answers_to(choice) and any(other.answers_to(choice) for other in carriers.values()):
        return None
    asked = offers([carrier], shipment.terms.receiver.province, shipment.weight_g or shipment.terms.weight_g)
    return next((quote.fee for quote in asked.quotes if quote.service == shipment.service), None)


def _goes_elsewhere(before: Terms, now: Terms) -> bool:
    if before.carrier_choice != now.carrier_choice:
        return True
    return province_of(before.receiver.province) != province_of(now.receiver.province)
