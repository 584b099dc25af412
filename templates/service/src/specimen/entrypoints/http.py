"""The service's paths, as the gateway offers them below ``/api``."""

from uuid import UUID

from fastapi import APIRouter

from chassis.http import Listed, Paged, Reading, Transaction
from chassis.security import requires
from specimen.adapters import queries
from specimen.adapters.unit_of_work import SpecimenUnitOfWork
from specimen.domain.entry import Entry
from specimen.entrypoints.schemas import EntryView, OpenEntryBody

router = APIRouter(tags=["specimen"])

Uow = Transaction[SpecimenUnitOfWork]
Read = Reading[SpecimenUnitOfWork]


@router.post("/specimen/entries", status_code=201, dependencies=[requires("specimen:write")])
async def open_entry(body: OpenEntryBody, uow: Uow) -> EntryView:
    """Write something down."""
    entry = Entry.open(uow.new_id(), body.title)
    await uow.entries.add(entry)
    uow.announce(entry)
    uow.audit("open", "entry", entry.id, after={"title": entry.title})
    return EntryView.model_validate(entry)


@router.post("/specimen/entries/{id}/close", dependencies=[requires("specimen:write")])
async def close_entry(id: UUID, uow: Uow) -> EntryView:
    """It is dealt with. Closing twice is the same as once."""
    entry = await uow.entries.get(id)
    entry.close()
    await uow.entries.save(entry)
    uow.announce(entry)
    uow.audit("close", "entry", entry.id)
    return EntryView.model_validate(entry)


@router.get("/specimen/entries", dependencies=[requires("specimen:read")])
async def list_entries(page: Paged, uow: Read) -> Listed[EntryView]:
    """All entries, oldest first."""
    rows = await queries.list_entries(uow.connection, limit=page.one_more, after=page.begins_after(UUID))
    return page.of(rows, key=lambda row: (row.id,), view=EntryView.model_validate)


@router.get("/specimen/entries/{id}", dependencies=[requires("specimen:read")])
async def get_entry(id: UUID, uow: Read) -> EntryView:
    """One entry."""
    return EntryView.model_validate(await queries.get_entry(uow.connection, id))
