"""The way out for orders no carrier could take: after a new range, carrier or tariff, or with a carrier by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from shipping.application.announce import announce
from shipping.application.make_shipments import make_shipments
from shipping.application.ports import Work
from shipping.application.record_order import find_way
from shipping.domain.quotes import Obstacle

AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of trying again: the shipment, or why there still is none."""

    order_id: UUID
    shipment_id: UUID | None
    obstacle: Obstacle | None


async def retry_unroutable(
    uow: Work, *, order_ids: Collection[UUID] | None = None, carrier_id: str | None = None
) -> list[Tried]:
    """Try those orders again, or the first that wait; ``carrier_id`` is tried before any other.

    Raises ``CarrierNotFound``. What somebody else is trying at this moment is left to them.
    """
    if carrier_id is not None:
        await uow.carriers.find(carrier_id)
    return [
        *await retry_orders(uow, order_ids=order_ids, carrier_id=carrier_id),
        *await retry_shipments(uow, order_ids=order_ids, carrier_id=carrier_id),
    ]


async def retry_orders(
    uow: Work,
    *,
    order_ids: Collection[UUID] | None = None,
    carrier_id: str | None = None,
    after: UUID | None = None,
) -> list[Tried]:
    """Orders without a shipment, by id, beginning ``after`` one; at most ``AT_ONCE``."""
    waiting = await uow.consignments.unroutable(AT_ONCE, order_ids, after)
    again = await make_shipments([dataclasses.replace(each, chosen=carrier_id) for each in waiting], uow)
    return [Tried(order_id=each.order_id, shipment_id=each.shipment_id, obstacle=each.obstacle) for each in again]


async def retry_shipments(
    uow: Work,
    *,
    order_ids: Collection[UUID] | None = None,
    carrier_id: str | None = None,
    after: UUID | None = None,
) -> list[Tried]:
    """Shipments that cannot go to their order's new address, likewise."""
    stopped = await uow.shipments.stopped(AT_ONCE, order_ids, after)
    await find_way(stopped, uow, picked=carrier_id)
    await uow.shipments.save(stopped)
    announce(stopped, uow)
    return [Tried(order_id=each.order_id, shipment_id=each.id, obstacle=each.obstacle) for each in stopped]
