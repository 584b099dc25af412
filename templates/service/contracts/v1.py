"""What the service specimen says."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Event


class EntryEvent(Event):
    """Everything about one entry, in order."""

    topic: ClassVar[str] = "specimen.entry.v1"
    key_field: ClassVar[str] = "entry_id"

    entry_id: UUID


class EntryOpened(EntryEvent):
    """Somebody opened an entry; nothing is decided yet."""

    type: Literal["entry.opened"] = "entry.opened"
    title: Annotated[str, Field(min_length=1, max_length=200)]


class EntryClosed(EntryEvent):
    """Terminal."""

    type: Literal["entry.closed"] = "entry.closed"
