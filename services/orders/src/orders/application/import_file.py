"""What people do with a file of orders: hand it in, in one piece or in parts, start it, cancel it (ORD-01)."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from chassis.domain import Conflict, Invalid, Reason
from orders.application import thresholds
from orders.application.place_order import StoreNotYours
from orders.application.ports import Stores, Work
from orders.domain.imports import Format, Import, ImportState, OnError

MOST_PARTS = 100


class FileTooLarge(Invalid):
    """A file of orders has a largest size, however many parts it comes in."""


class PartsMissing(Conflict):
    """The parts of a file are numbered from 1 without a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenImport:
    """``owner_id``: the member of staff who answers for the orders. ``starts``: no look at the report in between."""

    name: str
    format: Format
    channel: str
    source: str
    store_id: str | None
    owner_id: str | None
    on_error: OnError
    starts: bool


async def open_import(command: OpenImport, uow: Work, *, stores: Stores) -> Import:
    """Begin an import; its file follows. Raises ``StoreNotYours``."""
    if stores is not None and command.store_id not in stores:
        raise StoreNotYours(store=command.store_id or "–", stores=sorted(stores))
    opened = Import(
        id=uow.new_id(),
        **asdict(command),
        actor=str(uow.actor),
        actor_name=uow.actor.name,
        made_at=uow.now,
    )
    await uow.imports.add(opened)
    uow.audit("import.open", "import", opened.id, after=_summary(opened))
    return opened


async def add_part(id: UUID, part: int, content: bytes, uow: Work, *, stores: Stores) -> Import:
    """Keep a part of the file; one that is here already is not kept again. Raises ``FileTooLarge``."""
    found = await uow.imports.get(id, stores)
    most = uow.setting(thresholds.import_megabytes)
    if found.size + len(content) > most * 1_000_000 or part > MOST_PARTS:
        raise FileTooLarge([Reason("file-too-large", "file", {"most": most})])
    before = replace(found)
    found.receives(len(content))
    if not await uow.imports.put_part(id, part, content):
        return before
    await uow.imports.save(found)
    return found


async def complete_import(id: UUID, parts: int, uow: Work, *, stores: Stores) -> Import:
    """The file is whole: it has so many parts. From here on it goes on by itself. Raises ``PartsMissing``."""
    found = await uow.imports.get(id, stores)
    if found.state is ImportState.UPLOADING and found.parts != parts:
        raise PartsMissing(here=found.parts, parts=parts)
    found.complete()
    await uow.imports.save(found)
    return found


async def start_import(id: UUID, on_error: OnError | None, uow: Work, *, stores: Stores) -> Import:
    """Take in what was checked. Raises ``ImportHasErrors`` where it is to be all or nothing."""
    found = await uow.imports.get(id, stores)
    before = _summary(found)
    found.start(on_error, uow.now)
    await uow.imports.save(found)
    uow.audit("import.start", "import", id, before=before, after=_summary(found))
    return found


async def cancel_import(id: UUID, uow: Work, *, stores: Stores) -> Import:
    """Take in no more; what came in stays and is listed."""
    found = await uow.imports.get(id, stores)
    before = _summary(found)
    found.cancel(uow.now)
    await uow.imports.save(found)
    await uow.imports.empty(id)
    uow.audit("import.cancel", "import", id, before=before, after=_summary(found))
    return found


def _summary(each: Import) -> dict[str, Any]:
    names = ("name", "source", "channel", "store_id", "on_error", "state", "orders", "taken", "known", "refused")
    return {name: getattr(each, name) for name in names}
