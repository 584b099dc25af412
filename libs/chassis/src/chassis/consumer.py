"""How a service says what it does with other services' events.

    warehouse = consumer("warehouse", FulfilmentEvent)

    @warehouse.on_batch(StockReserved)
    async def on_stock_reserved(events: Sequence[StockReserved], uow: OrdersUnitOfWork) -> None: ...

    @warehouse.on(StockShort)
    async def on_stock_short(event: StockShort, uow: OrdersUnitOfWork) -> None: ...

A handler runs inside the transaction that marks its events handled. It raises ``Permanent`` for what can never be
handled; anything else it raises is tried again and then parked. A type without a handler is acknowledged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chassis.failures import Permanent
from chassis.records import Arrived, Record, readable_event
from chassis.rounds import rounds
from chassis.unit_of_work import UnitOfWork
from contracts.event import Actor, Event, members

E = TypeVar("E", bound=Event)
U = TypeVar("U", bound=UnitOfWork)

One = Callable[[E, U], Awaitable[None]]
Many = Callable[[Sequence[E], U], Awaitable[None]]


@dataclass(eq=False)
class Consumer:
    """One reader of one topic, with one group (``<service>.<name>``). Made by :func:`consumer`."""

    name: str
    family: type[Event]
    _handlers: dict[str, Callable[[Sequence[Arrived[Any]], UnitOfWork], Awaitable[None]]] = field(default_factory=dict)
    _wanted: dict[str, type[Event]] = field(default_factory=dict)

    parks = True
    once = True

    @property
    def handles(self) -> Collection[str]:
        """The wire types that have a handler; others are acknowledged."""
        return self._wanted.keys()

    def on(self, event: type[E]) -> Callable[[One[E, U]], One[E, U]]:
        """Handle one event at a time; ``uow.actor`` is whoever caused it."""

        def register(handler: One[E, U]) -> One[E, U]:
            async def each(arrived: Sequence[Arrived[E]], uow: U) -> None:
                for one in arrived:
                    uow.situation.actor = one.meta.actor
                    await handler(one.content, uow)

            self._register(event, each)
            return handler

        return register

    def on_batch(self, event: type[E]) -> Callable[[Many[E, U]], Many[E, U]]:
        """Handle many events of different keys at once: at most one per key, to be done in set-based statements."""

        def register(handler: Many[E, U]) -> Many[E, U]:
            async def together(arrived: Sequence[Arrived[E]], uow: U) -> None:
                actors = {one.meta.actor for one in arrived}
                uow.situation.actor = actors.pop() if len(actors) == 1 else Actor.system(self.name)
                await handler([one.content for one in arrived], uow)

            self._register(event, together)
            return handler

        return register

    def read(self, record: Record) -> Arrived[Event] | None:
        """The event in a record, or None if nobody here handles it. Raises ``UnreadableRecord``."""
        return readable_event(record, self.family, self._wanted)

    def cut(self, arrived: Sequence[Arrived[Any]]) -> Iterable[Sequence[Arrived[Any]]]:
        return rounds(arrived)

    async def handle(self, arrived: Sequence[Arrived[Any]], uow: UnitOfWork) -> None:
        """Give events of one type, at most one per key, to their handler."""
        await self._handlers[arrived[0].kind](arrived, uow)

    def _register(self, event: type[Event], handler: Callable[..., Awaitable[None]]) -> None:
        kind = event.type_name()
        if kind not in members(self.family):
            raise ValueError(f"{event.__name__} does not travel on {self.family.topic}")
        if kind in self._handlers:
            raise ValueError(f"{self.name} handles {kind} twice")
        self._handlers[kind] = handler
        self._wanted[kind] = event


def consumer(name: str, family: type[Event]) -> Consumer:
    """Read a family's topic. ``name`` is unique in the service and stands in its group, inbox and desk."""
    return Consumer(name, family)


__all__ = ["Consumer", "Permanent", "consumer"]
