"""What came back, over HTTP (INV-13)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.domain import Reason
from chassis.http import Listed, Paged, etag
from chassis.security import Principal, requires
from contracts import Money
from inventory.adapters.queries import floor
from inventory.application.inspect_return import inspect_return
from inventory.domain.returned import Finding, Grade, InspectionRefused, ReturnNotFound, ReturnState
from inventory.entrypoints.shapes import LocationId, Note, Read, TextAsked, Units, Uow

router = APIRouter(tags=["inventory"])

Reader = Annotated[Principal, requires("return-goods:read")]
Inspector = Annotated[Principal, requires("return-goods:write")]


class FindingBody(BaseModel):
    """So many units of a line in one grade; ``missing`` are those that did not come back."""

    model_config = ConfigDict(extra="forbid")

    line_id: UUID
    grade: Grade
    quantity: Units = 1


class InspectBody(BaseModel):
    """Every unit that was shipped gets one grade. ``location_id``: where the goods are put, by default where they left
    from."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"lines": [{"line_id": "0198f2d2-7c1e-7e0a-9d0b-2f3f0d9c1a55", "grade": "sellable", "quantity": 1}]}
            ]
        },
    )

    lines: Annotated[list[FindingBody], Field(min_length=1, max_length=2_000)]
    location_id: LocationId | None = None
    note: Note | None = None


class ReturnLineView(BaseModel):
    line_id: UUID
    sku: str
    name: str | None
    quantity: int
    value: Money


class FindingView(BaseModel):
    line_id: UUID
    sku: str
    grade: Grade
    quantity: int
    value: Money


class ReturnView(BaseModel):
    """``lines``: what was shipped, and at what value it left; ``findings``: what the inspection found."""

    id: UUID
    order_id: UUID
    order_code: str | None
    shipment_id: UUID
    parcel_id: UUID
    tracking: str | None
    location_id: str
    state: ReturnState
    lines: list[ReturnLineView]
    findings: list[FindingView]
    note: str | None
    arrived_at: AwareDatetime
    inspected_at: AwareDatetime | None
    inspected_by: str | None
    version: int


@router.get("/inventory/returns")
async def list_returns(
    page: Paged,
    uow: Read,
    who: Reader,
    state: ReturnState | None = None,
    order_id: UUID | None = None,
    tracking: TextAsked = None,
) -> Listed[ReturnView]:
    """Returns, oldest arrival first."""
    rows = await floor.returns_page(
        uow.connection,
        state=str(state) if state else None,
        order_id=order_id,
        tracking=tracking,
        stores=who.stores_for("return-goods:read"),
        after=page.begins_after(datetime, UUID),
        limit=page.one_more,
    )
    return page.of(await _views(rows, uow), key=lambda back: (back.arrived_at, back.id))


@router.get("/inventory/returns/{return_id}")
async def get_return(return_id: UUID, response: Response, uow: Read, who: Reader) -> ReturnView:
    """One return."""
    return await _shown(return_id, response, uow, who.stores_for("return-goods:read"))


@router.post("/inventory/returns/{return_id}/inspect")
async def inspect(return_id: UUID, body: InspectBody, response: Response, uow: Uow, who: Inspector) -> ReturnView:
    """Grade what came back: sellable goods go on the shelf (and to orders that wait), defective ones apart."""
    stores = who.stores_for("return-goods:write")
    returned = await uow.returns.get(return_id)
    location_id = body.location_id or returned.location_id
    if stores is not None and not {returned.location_id, location_id} <= stores:
        raise ReturnNotFound(id=str(return_id))
    if not await uow.locations.exists(location_id):
        raise InspectionRefused([Reason("unknown-location", "location_id", {"location": location_id})], count=1)
    findings = [Finding(line.line_id, line.grade, line.quantity) for line in body.lines]
    await inspect_return(returned, findings, uow, location_id=location_id, note=body.note)
    return await _shown(return_id, response, uow, None)


async def _shown(id: UUID, response: Response, uow: Read, stores: frozenset[str] | None) -> ReturnView:
    rows = await floor.returns_page(
        uow.connection, state=None, order_id=None, tracking=None, stores=stores, after=None, limit=1, id=id
    )
    if not rows:
        raise ReturnNotFound(id=str(id))
    (view,) = await _views(rows, uow)
    etag(response, view.version)
    return view


async def _views(rows: Sequence[Any], uow: Read) -> list[ReturnView]:
    ids = [row.id for row in rows]
    lines: dict[UUID, list[ReturnLineView]] = {id: [] for id in ids}
    findings: dict[UUID, list[FindingView]] = {id: [] for id in ids}
    for line in await floor.lines_of_returns(uow.connection, ids):
        lines[line.return_id].append(
            ReturnLineView(
                line_id=line.line_id,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                value=Money(amount=line.value),
            )
        )
    for each in await floor.findings_of_returns(uow.connection, ids):
        findings[each.return_id].append(
            FindingView(
                line_id=each.line_id,
                sku=each.sku,
                grade=each.grade,
                quantity=each.quantity,
                value=Money(amount=each.value),
            )
        )
    plain = set(ReturnView.model_fields) - {"order_code", "lines", "findings"}
    return [
        ReturnView(
            **{name: getattr(row, name) for name in plain},
            order_code=row.code,
            lines=lines[row.id],
            findings=findings[row.id],
        )
        for row in rows
    ]
