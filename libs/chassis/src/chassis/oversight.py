"""Over HTTP: who reads which topic and how far, rebuilding a copy, and work that waits for its other half."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from starlette.requests import Request

from chassis import rebuild
from chassis.copies import Copy
from chassis.domain import Conflict, NotFound
from chassis.doors import Door
from chassis.half import STILL_HALF
from chassis.http.units import Reading, Transaction
from chassis.readers import readers_of
from chassis.security import requires
from chassis.unit_of_work import UnitOfWork

Uow = Transaction[UnitOfWork]
Read = Reading[UnitOfWork]

router = APIRouter()


class ReaderNotFound(NotFound):
    """Nobody of this name reads a topic here."""


class NoCopy(Conflict):
    """Only a copy can be read again: what a consumer has done is done."""


class HalfNotFound(NotFound):
    """Nothing of this name is declared as half done here."""


class Position(BaseModel, from_attributes=True):
    topic: str
    partition: int
    next_offset: int
    updated_at: datetime


class ReaderView(BaseModel):
    """Who reads a topic, and where each partition goes on. ``rebuild`` is the state of the latest one of a copy."""

    name: str
    kind: Literal["consumer", "copy", "door"]
    topic: str
    positions: list[Position]
    rebuild: Literal["waiting", "running", "done"] | None


class Readers(BaseModel):
    items: list[ReaderView]


class HalfView(BaseModel):
    """How many rows wait for their other half for more than ten minutes."""

    name: str
    overdue: int


class Halves(BaseModel):
    items: list[HalfView]


class Overdue(BaseModel, from_attributes=True):
    key: str
    since: datetime
    missing: str


class HalfDetail(HalfView):
    """The thousand oldest."""

    items: list[Overdue]


_POSITIONS = text("SELECT * FROM chassis.consumer_offset ORDER BY topic, partition")
_REBUILDS = text("SELECT * FROM chassis.rebuild")


@router.get("/consumers", dependencies=[requires("jobs:read")], tags=["jobs"])
async def list_readers(request: Request, uow: Read) -> Readers:
    """Everybody who reads a topic in this service."""
    rebuilds = {row.consumer: row for row in await uow.connection.execute(_REBUILDS)}
    positions = (await uow.connection.execute(_POSITIONS)).all()
    found = []
    for each in readers_of(request.app.state.runtime.service):
        order = rebuilds.get(each.name)
        name = rebuild.position_name(each.name, rebuild.in_force(order) if order is not None else 0)
        kind: Any = "copy" if isinstance(each, Copy) else "door" if isinstance(each, Door) else "consumer"
        mine = [Position.model_validate(row) for row in positions if row.consumer == name]
        state = order.state if order is not None else None
        found.append(ReaderView(name=each.name, kind=kind, topic=each.family.topic, positions=mine, rebuild=state))
    return Readers(items=found)


@router.post("/consumers/{name}/rebuild", status_code=202, dependencies=[requires("jobs:write")], tags=["jobs"])
async def rebuild_copy(name: str, request: Request, uow: Uow) -> dict[str, str]:
    """Read a copy again from the beginning of its topic. It stays in use meanwhile."""
    found = next((each for each in readers_of(request.app.state.runtime.service) if each.name == name), None)
    if found is None:
        raise ReaderNotFound(name=name)
    if not isinstance(found, Copy):
        raise NoCopy(name=name)
    await rebuild.request(uow.connection, name, str(uow.actor))
    uow.audit("rebuild copy", "consumer", name)
    return {"name": name, "rebuild": "waiting"}


@router.get("/halves", dependencies=[requires("dead-letters:read")], tags=["dead-letters"])
async def list_halves(request: Request, uow: Read) -> Halves:
    """What is declared as half done, and how much of it is overdue."""
    values = {"now": uow.now, "patience": STILL_HALF}
    found = [
        HalfView(name=each.name, overdue=(await uow.connection.execute(each.count(), values)).scalar_one())
        for each in request.app.state.runtime.service.halves
    ]
    return Halves(items=found)


@router.get("/halves/{name}", dependencies=[requires("dead-letters:read")], tags=["dead-letters"])
async def show_half(name: str, request: Request, uow: Read) -> HalfDetail:
    """What waits for its other half, since when, and what is missing."""
    declared = next((each for each in request.app.state.runtime.service.halves if each.name == name), None)
    if declared is None:
        raise HalfNotFound(name=name)
    values = {"now": uow.now, "patience": STILL_HALF}
    overdue = (await uow.connection.execute(declared.count(), values)).scalar_one()
    rows = await uow.connection.execute(declared.overdue(), {**values, "limit": 1_000})
    return HalfDetail(name=name, overdue=overdue, items=[Overdue.model_validate(row) for row in rows])
