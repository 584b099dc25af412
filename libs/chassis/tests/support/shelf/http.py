from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import text
from starlette.responses import JSONResponse, Response

from chassis import UnitOfWork
from chassis.domain import Conflict, Invalid, NotFound, Reason
from chassis.http import (
    Listed,
    Paged,
    Reading,
    SeenVersion,
    Transaction,
    VersionMissing,
    etag,
    idempotent,
    refuse_stale,
)
from chassis.security import Principal, requires
from shelf.thresholds import capacity

Uow = Transaction[UnitOfWork]
Read = Reading[UnitOfWork]
router = APIRouter(prefix="/things", tags=["things"])


class ThingNotFound(NotFound):
    """No thing has this id."""


class ShelfFull(Conflict):
    """A store's shelf holds no more."""


class BadThing(Invalid):
    """What was put down is no thing."""

    code = "invalid-request"


class PartBody(BaseModel):
    sku: str = Field(max_length=20)
    quantity: int = Field(gt=0, le=1000)


class ThingBody(BaseModel):
    name: str = Field(max_length=200, examples=["jar"])
    store: str = "CH1"
    parts: list[PartBody] = Field(default=[], max_length=100)


class ThingView(BaseModel):
    id: UUID
    name: str
    store: str
    version: int


@router.post("", status_code=201, dependencies=[requires("things:write")])
async def put(body: ThingBody, uow: Uow, response: Response) -> ThingView:
    """Put a thing on the shelf of a store, if there is room."""
    if body.name == "wrong":
        raise BadThing([Reason("bad-name", "name"), Reason("missing", "parts/0/sku")])
    count = await uow.connection.scalar(text("SELECT count(*) FROM thing WHERE store = :s"), {"s": body.store})
    if count is not None and count >= uow.setting(capacity):
        raise ShelfFull(store=body.store, possible=["CH8", "CH9"])
    view = ThingView(id=uow.new_id(), name=body.name, store=body.store, version=1)
    await uow.connection.execute(
        text("INSERT INTO thing (id, name, store, version) VALUES (:id, :name, :store, 1)"),
        view.model_dump(exclude={"version"}),
    )
    uow.audit("put", "thing", view.id, after={"name": body.name})
    response.headers["Location"] = f"/things/{view.id}"
    etag(response, 1)
    return view


@router.get("")
async def many(
    uow: Read,
    page: Paged,
    who: Annotated[Principal, requires("things:read")],
    store: Annotated[str | None, Query(max_length=20)] = None,
) -> Listed[ThingView]:
    """The things a caller may see, in the order in which they came."""
    stores = who.stores_for("things:read")
    rows = await uow.connection.execute(
        text(
            "SELECT * FROM thing WHERE (CAST(:after AS uuid) IS NULL OR id > :after) "
            "AND (CAST(:stores AS text[]) IS NULL OR store = ANY(:stores)) "
            "AND (CAST(:store AS text) IS NULL OR store = :store) ORDER BY id LIMIT :most"
        ),
        {
            "after": page.begins_after(UUID),
            "stores": None if stores is None else sorted(stores),
            "store": store,
            "most": page.one_more,
        },
    )
    return page.of(rows.all(), key=lambda row: (row.id,), view=_view)


@router.get("/{id}", dependencies=[requires("things:read")])
async def one(id: UUID, uow: Read, response: Response) -> ThingView:
    row = (await uow.connection.execute(text("SELECT * FROM thing WHERE id = :id"), {"id": id})).first()
    if row is None:
        raise ThingNotFound(id=id)
    etag(response, row.version)
    return _view(row)


@router.patch("/{id}", dependencies=[requires("things:write")])
async def rename(id: UUID, body: ThingBody, uow: Uow, version: SeenVersion) -> ThingView:
    if version is None:
        raise VersionMissing
    found = await uow.connection.execute(text("SELECT version FROM thing WHERE id = :id FOR UPDATE"), {"id": id})
    current = found.scalar_one()
    refuse_stale(version, current)
    await uow.connection.execute(
        text("UPDATE thing SET name = :name, version = version + 1 WHERE id = :id"), {"name": body.name, "id": id}
    )
    return ThingView(id=id, name=body.name, store=body.store, version=version + 1)


@router.post("/loose", dependencies=[requires("things:write"), idempotent])
async def loose(uow: Uow, fail: str = "") -> Response:
    """Writes, and then ends as it is told: answers with a refusal of its own, raises, or holds too long."""
    await uow.connection.execute(text("INSERT INTO trace (what) VALUES ('loose')"))
    match fail:
        case "answer":
            return JSONResponse({"no": True}, status_code=409)
        case "raise":
            raise RuntimeError("a fault of ours with +84901234567 in it")
        case "value":
            await uow.connection.execute(text("SELECT CAST('x' AS text)::integer"))
        case "deadlock":
            await uow.connection.execute(text("DO $$ BEGIN RAISE 'chosen to give way' USING ERRCODE = '40P01'; END $$"))
    return JSONResponse({"yes": True})


def _view(row: object) -> ThingView:
    return ThingView.model_validate(row, from_attributes=True)
