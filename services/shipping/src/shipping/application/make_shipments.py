"""Making shipments of what is ready: quote, choose, take a number (SHP-02, SHP-03). Many orders at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.event import Event
from contracts.shipping.v1 import ShipmentUnroutable
from shipping.application.announce import announce
from shipping.application.ports import Work
from shipping.domain.carrier import Carrier
from shipping.domain.consignment import Consignment
from shipping.domain.quotes import Obstacle, Quote, by_preference, offers
from shipping.domain.shipment import Shipment
from shipping.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Routed:
    """What was found for one parcel: an offer with its number, or why there is none."""

    quote: Quote | None
    tracking: str
    obstacle: Obstacle | None


async def make_shipments(
    heard: Sequence[Consignment], uow: Work, causes: Mapping[UUID, Event] | None = None
) -> list[Consignment]:
    """Make the shipment of every consignment that is ready; the ready ones, as they are now.

    ``causes`` are the received events that completed them. Those that no carrier can take wait as unroutable, which is
    said once per reason.
    """
    ready = [each for each in heard if each.is_ready]
    if not ready:
        return []
    parcels = [(_confirmed(each), each.weight_g, each.chosen) for each in ready]
    made: list[Shipment] = []
    now_known: list[Consignment] = []
    for each, found in zip(ready, await route(parcels, uow), strict=True):
        cause = (causes or {}).get(each.order_id)
        if found.quote is None:
            now_known.append(_stuck(each, found.obstacle, uow, cause))
            continue
        shipment = Shipment.make(
            id=uow.new_id(),
            order_id=each.order_id,
            terms=_confirmed(each),
            terms_sequence=each.terms_sequence,
            quote=found.quote,
            tracking=found.tracking,
            parcel=each.parcel,
            at=uow.now,
        )
        made.append(shipment)
        announce([shipment], uow, cause)
        now_known.append(
            dataclasses.replace(each, shipment_id=shipment.id, obstacle=None, obstacle_since=None, chosen=None)
        )
    await uow.shipments.add(made)
    await uow.consignments.save(now_known)
    return now_known


async def route(parcels: Sequence[tuple[Terms, int, str | None]], uow: Work) -> list[Routed]:
    """Carrier and number for each parcel (terms, grams, a carrier that a person picked).

    The picked carrier goes first, then the customer's choice, then the cheapest; a carrier without numbers is passed
    over.
    """
    carriers = await uow.carriers.all()
    preferred: list[list[Quote]] = []
    obstacles: list[Obstacle | None] = []
    for terms, weight_g, picked in parcels:
        receiver = terms.receiver
        found = offers(carriers, receiver.province if receiver.country == "VN" else "", weight_g)
        obstacles.append(found.obstacle)
        preferred.append(by_preference(found.quotes, _meant(carriers, picked), _meant(carriers, terms.carrier_choice)))
    wishes = [list(dict.fromkeys(quote.carrier_id for quote in quotes)) for quotes in preferred]
    given = await uow.carrier_port.allocate(wishes) if any(wishes) else [None] * len(wishes)
    return [
        _routed(quotes, number, obstacle) for quotes, number, obstacle in zip(preferred, given, obstacles, strict=True)
    ]


def _routed(quotes: Sequence[Quote], given: tuple[str, str] | None, obstacle: Obstacle | None) -> Routed:
    if given is None:
        return Routed(None, "", obstacle or Obstacle.NUMBERS_EXHAUSTED)
    carrier_id, tracking = given
    return Routed(next(quote for quote in quotes if quote.carrier_id == carrier_id), tracking, None)


def _meant(carriers: Sequence[Carrier], choice: str | None) -> frozenset[str]:
    return frozenset(carrier.id for carrier in carriers if choice and carrier.answers_to(choice))


def _confirmed(consignment: Consignment) -> Terms:
    if consignment.terms is None:
        raise LookupError("a consignment without terms is not ready")
    return consignment.terms


def _stuck(each: Consignment, obstacle: Obstacle | None, uow: Work, cause: Event | None) -> Consignment:
    found = obstacle or Obstacle.NOT_REACHED
    if found is not each.obstacle:
        uow.publish(ShipmentUnroutable(order_id=each.order_id, code=_confirmed(each).code, reason=found), cause=cause)
    return dataclasses.replace(each, obstacle=found, obstacle_since=each.obstacle_since or uow.now)
