"""Which received event led to what is said: none in a request, one per order in a batch."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from contracts import Event
from inventory.application.ports import Work


class Causes:
    """The events of a batch by order. What concerns another order, or none, is put down to the first of them."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._by_order = {event.correlation_id: event for event in events}
        self._first = next(iter(self._by_order.values()), None)

    def of(self, order_id: UUID | None = None) -> Event | None:
        return self._by_order.get(str(order_id), self._first)

    def moment(self, uow: Work, order_id: UUID | None) -> datetime:
        """When the thing itself happened, in business time."""
        cause = self.of(order_id)
        return cause.meta.occurred_at if cause is not None else uow.now

    def actor(self, uow: Work, order_id: UUID | None) -> str:
        cause = self.of(order_id)
        return str(cause.meta.actor if cause is not None else uow.actor)
