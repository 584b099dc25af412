"""Everything that happens between the services, as lines of the feed for live updates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from chassis import consumer
from chassis.consumer import Consumer
from contracts import Event, members
from contracts.accounting.v1 import PaymentEvent
from contracts.crm.v1 import CustomerChanged
from contracts.inventory.v1 import FulfilmentEvent, ProductChanged, StockAlert, StockChanged, StockMoved
from contracts.orders.v1 import OrderEvent
from contracts.shipping.v1 import ShipmentEvent
from gateway.adapters.unit_of_work import GatewayUnitOfWork
from gateway.application.feed import change_of

FAMILIES: tuple[type[Event], ...] = (
    OrderEvent,
    FulfilmentEvent,
    ProductChanged,
    StockChanged,
    StockMoved,
    StockAlert,
    ShipmentEvent,
    PaymentEvent,
    CustomerChanged,
)


def feed_of(family: type[Event]) -> Consumer:
    """A consumer that notes every event of a family. Named after the topic: ``feed-orders-order``."""
    reader = consumer("feed-" + family.topic.rpartition(".")[0].replace(".", "-"), family)
    for event in members(family).values():
        reader.on_batch(event)(_noting())
    return reader


def _noting() -> Callable[[Sequence[Event], GatewayUnitOfWork], Awaitable[None]]:
    async def note(events: Sequence[Event], uow: GatewayUnitOfWork) -> None:
        for event in events:
            uow.feed.note(change_of(event))

    return note


feeds = tuple(feed_of(family) for family in FAMILIES)
