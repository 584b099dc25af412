"""What the use cases need from outside."""

from typing import Protocol
from uuid import UUID

from specimen.domain.entry import Entry


class Entries(Protocol):
    """All entries. ``get`` locks the one it returns and raises ``EntryNotFound``."""

    async def add(self, entry: Entry) -> None: ...
    async def get(self, id: UUID) -> Entry: ...
    async def save(self, entry: Entry) -> None: ...
