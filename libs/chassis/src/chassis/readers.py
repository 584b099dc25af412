"""What reads topics: consumers, copies and doors, seen by the machinery that delivers to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from chassis.records import Arrived, Record
from chassis.unit_of_work import UnitOfWork
from contracts.event import Event

if TYPE_CHECKING:
    from chassis.service import Service


class Reader(Protocol):
    """Reads the records of one family's topic and handles them in a unit of work."""

    name: str
    family: type[Event]

    @property
    def parks(self) -> bool:
        """Whether later events of a failed event's key wait behind it."""
        ...

    @property
    def once(self) -> bool:
        """Whether the inbox sees to one effect per event; else handling again is harmless by itself."""
        ...

    def read(self, record: Record) -> Arrived[Any] | None:
        """What a record says; None if nobody here wants it. Raises ``Permanent`` if it cannot be read."""
        ...

    def cut(self, arrived: Sequence[Arrived[Any]]) -> Iterable[Sequence[Arrived[Any]]]:
        """What is handed to ``handle`` together, in order."""
        ...

    async def handle(self, arrived: Sequence[Arrived[Any]], uow: UnitOfWork) -> None: ...


def readers_of(service: Service) -> Sequence[Reader]:
    """All that read a topic in a service. Names are unique: they stand in groups, positions and the desk."""
    readers = [cast("Reader", each) for each in (*service.consumers, *service.copies, *service.doors)]
    names = [reader.name for reader in readers]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{service.name} has two readers named {', '.join(sorted(twice))}")
    return readers
