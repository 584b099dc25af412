"""An entry is opened once and closed once."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from chassis.domain import Aggregate, NotFound


class EntryNotFound(NotFound):
    """No entry has this id."""


@dataclass(frozen=True, slots=True)
class Opened:
    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Closed:
    id: UUID


@dataclass(eq=False, kw_only=True)
class Entry(Aggregate):
    """What somebody wrote down until it is dealt with."""

    id: UUID
    title: str
    closed: bool = False
    version: int = 1

    @classmethod
    def open(cls, id: UUID, title: str) -> Self:
        entry = cls(id=id, title=title)
        entry._record(Opened(id, title))
        return entry

    def close(self) -> None:
        if self.closed:
            return  # a repeated request is not an error
        self.closed = True
        self._record(Closed(self.id))
