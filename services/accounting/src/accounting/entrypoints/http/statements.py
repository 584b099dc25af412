"""Carriers' statements: imported as JSON or CSV, compared, corrected, approved, paid."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from accounting.adapters import statement_queries
from accounting.adapters.unit_of_work import AccountingUnitOfWork
from accounting.application.approve_statement import approve_statement
from accounting.application.correct_line import CorrectLine, correct_line
from accounting.application.import_statement import ImportStatement, import_statement, match_statement
from accounting.application.receive_money import ReceiveMoney, receive_money
from accounting.domain.statement import StatementLine
from accounting.entrypoints.http.units import Read, Uow
from accounting.entrypoints.schemas import (
    CorrectionBody,
    DecisionBody,
    ReceiveBody,
    StatementBody,
    StatementHead,
)
from accounting.entrypoints.statement_csv import lines_of, parts_of
from accounting.entrypoints.views import (
    CorrectedLineView,
    ImportedView,
    StatementLineView,
    StatementView,
    StatementWithLinesView,
)
from chassis.http import Listed, Page, Paged
from chassis.refusals import Malformed, UnsupportedMedia
from chassis.security import requires

router = APIRouter(tags=["cod-statements"])
B = TypeVar("B", bound=BaseModel)

_HEAD_PARAMETERS = [
    {"name": name, "in": "query", "required": False, "schema": schema, "description": "with text/csv"}
    for name, schema in StatementHead.model_json_schema()["properties"].items()
]
_DOCUMENTED = {
    "parameters": _HEAD_PARAMETERS,
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": StatementBody.model_json_schema(ref_template="#/components/schemas/{model}")
            },
            "text/csv": {
                "schema": {"type": "string"},
                "example": "reference,tracking,cod,fee\n1,GHN000000017,450000,22000\n",
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["carrier_id", "reference", "file"],
                    "properties": StatementHead.model_json_schema()["properties"]
                    | {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    },
}


@router.post(
    "/accounting/cod-statements",
    status_code=201,
    dependencies=[requires("cod:write")],
    responses={200: {"model": ImportedView, "description": "every line was sent before"}},
    openapi_extra=_DOCUMENTED,
)
async def import_(request: Request, uow: Uow, response: Response) -> ImportedView:
    """Take in a statement, or another part of one: JSON, ``text/csv`` (its head in the query) or a form with a file.

    A line is known by the carrier's reference: one that was sent before is passed over (all of them: 200).
    """
    command = await _read(request)
    statement, imported = await import_statement(command, uow)
    if not imported.added:
        response.status_code = 200
    return ImportedView(
        **await statement_queries.statement(uow.connection, statement.id),
        added=imported.added,
        repeated=imported.repeated,
    )


@router.get("/accounting/cod-statements", dependencies=[requires("cod:read")])
async def list_statements(
    page: Paged,
    uow: Read,
    carrier_id: Annotated[str | None, Query(max_length=50)] = None,
    state: Literal["matched", "difference", "corrected", "approved", "money_received", "posted"] | None = None,
) -> Listed[StatementView]:
    """Newest first."""
    rows = await statement_queries.statements(
        uow.connection,
        carrier_id=carrier_id,
        state=state,
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row["id"],), view=StatementView.model_validate)


@router.get("/accounting/cod-statements/{id}", dependencies=[requires("cod:read")])
async def get_statement(id: UUID, uow: Read) -> StatementWithLinesView:
    """The statement and its first 200 lines."""
    page = Page(limit=200)
    rows = await statement_queries.lines(
        uow.connection, id, difference=None, only_open=False, limit=page.one_more, after=0
    )
    lines = page.of(rows, key=lambda row: (row["number"],), view=StatementLineView.model_validate)
    return StatementWithLinesView(**await statement_queries.statement(uow.connection, id), **lines)


@router.get("/accounting/cod-statements/{id}/lines", dependencies=[requires("cod:read")])
async def list_lines(
    id: UUID,
    page: Paged,
    uow: Read,
    difference: Literal["amount", "fee", "missing", "unknown", "double", "status"] | None = None,
    open: Annotated[bool, Query(description="only differences nobody has decided about")] = False,
) -> Listed[StatementLineView]:
    """All lines, or the queue of differences."""
    rows = await statement_queries.lines(
        uow.connection,
        id,
        difference=difference,
        only_open=open,
        limit=page.one_more,
        after=page.begins_after(int) or 0,
    )
    return page.of(rows, key=lambda row: (row["number"],), view=StatementLineView.model_validate)


@router.post("/accounting/cod-statements/{id}/match", dependencies=[requires("cod:write")])
async def match(id: UUID, uow: Uow) -> StatementView:
    """Compare with the books once more. A job does the same every five minutes while differences are open."""
    await match_statement(id, uow)
    return await _view(uow, id)


@router.post("/accounting/cod-statements/{id}/lines/{line}/correct", dependencies=[requires("cod:write")])
async def correct(id: UUID, line: int, body: CorrectionBody, uow: Uow) -> CorrectedLineView:
    """Give misread figures anew, or decide: ``carry`` (the carrier still owes it), ``accept`` (its figure holds),
    ``write_off`` (our loss), ``reject`` (the line does not count)."""
    await correct_line(CorrectLine(statement_id=id, number=line, **dict(body)), uow)
    corrected = await statement_queries.line(uow.connection, id, line)
    return CorrectedLineView(statement=await _view(uow, id), line=StatementLineView.model_validate(corrected))


@router.post("/accounting/cod-statements/{id}/approve", dependencies=[requires("cod:approve")])
async def approve(id: UUID, uow: Uow, body: DecisionBody | None = None) -> StatementView:
    """Book it. Refused while a difference is open; one that is carried is not."""
    await approve_statement(id, body.note if body else None, uow)
    return await _view(uow, id)


@router.post("/accounting/cod-statements/{id}/receive", dependencies=[requires("cod:approve")])
async def receive(id: UUID, body: ReceiveBody, uow: Uow) -> StatementView:
    """The carrier's money came, all or a part; later also for what was carried. Idempotent per bank reference."""
    await receive_money(ReceiveMoney(statement_id=id, **dict(body)), uow)
    return await _view(uow, id)


async def _read(request: Request) -> ImportStatement:
    """The command in whichever form it came."""
    content_type = request.headers.get("content-type", "")
    match content_type.partition(";")[0].strip().lower():
        case "application/json":
            try:
                body = _valid(StatementBody, await request.json())
            except ValueError as error:
                raise Malformed(position=getattr(error, "pos", 0)) from error
            return _command(body, [_line(each, place, body) for place, each in enumerate(body.lines, start=1)])
        case "text/csv":
            head = _valid(StatementHead, dict(request.query_params))
            return _command(head, lines_of(await request.body(), head.reference))
        case "multipart/form-data":
            fields, file = parts_of(await request.body(), content_type)
            head = _valid(StatementHead, fields)
            return _command(head, lines_of(file, head.reference))
    raise UnsupportedMedia(given=content_type[:100])


def _command(head: StatementHead, lines: list[StatementLine]) -> ImportStatement:
    return ImportStatement(
        carrier_id=head.carrier_id,
        reference=head.reference,
        currency=head.currency,
        delivered_from=head.delivered_from,
        delivered_until=head.delivered_until,
        lines=lines,
    )


def _line(line: Any, place: int, body: StatementBody) -> StatementLine:
    return StatementLine(
        number=0,
        reference=line.reference or f"{body.reference}/{place}",
        tracking=line.tracking,
        cod=line.cod,
        fee=line.fee,
        status=line.status,
    )


def _valid(kind: type[B], value: object) -> B:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error


async def _view(uow: AccountingUnitOfWork, id: UUID) -> StatementView:
    return StatementView.model_validate(await statement_queries.statement(uow.connection, id))
