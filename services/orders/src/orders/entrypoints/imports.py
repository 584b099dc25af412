"""Files of orders over HTTP: hand one in, look at its report, start it, cancel it (ORD-01)."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis import Runtime, ask_for
from chassis.domain import Reason
from chassis.http import Catalogue, Listed, Paged, language_of
from chassis.security import Principal, requires
from orders.adapters import imports as stored
from orders.application import import_file
from orders.application.import_file import MOST_PARTS, OpenImport
from orders.application.ports import FileOrder
from orders.domain.imports import Format, Import, ImportState, OnError, RowState
from orders.entrypoints.importing import import_orders
from orders.entrypoints.units import Read, Uow

router = APIRouter(tags=["imports"])

PAGE = 1_000
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/json", "text/plain")},
    }
}


async def content_of(request: Request) -> bytes:
    """The body as it came. Read before a transaction begins: a slow caller keeps no connection."""
    return await request.body()


Writer = Annotated[Principal, requires("orders:write")]
Reader = Annotated[Principal, requires("orders:read")]
Content = Annotated[bytes, Depends(content_of)]


class ReasonView(BaseModel):
    """What is wrong, in which row and field, and what to do about it."""

    row: int | None
    code: str
    field: str | None
    detail: str
    params: dict[str, Any]


class ImportView(BaseModel):
    """An import and how far it is. ``left``: orders nobody has decided on; ``possible``: what may be done now.
    ``trouble``: why the file could not be read."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    format: Format
    channel: str
    source: str
    store_id: str | None
    on_error: OnError
    starts: bool
    state: ImportState
    possible: list[str]
    trouble: list[ReasonView]
    ignored_columns: list[str]
    size: int
    parts: int
    rows: int
    orders: int
    checked: int
    taken: int
    known: int
    refused: int
    left: int
    actor: str
    actor_name: str | None
    made_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class FileOrderView(BaseModel):
    """What became of one order of the file, by the rows in which it stands there."""

    rows: list[int]
    external_id: str | None
    state: RowState
    order_id: UUID | None
    code: str | None
    reasons: list[ReasonView]
    warnings: list[ReasonView]


class StartBody(BaseModel):
    """``on_error``: decide otherwise than when the file was handed in, now that the report is there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"on_error": "skip"}]})

    on_error: OnError | None = None


class CompleteBody(BaseModel):
    """``parts``: how many parts the file has."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"parts": 3}]})

    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)]


@router.post("/orders/imports", status_code=202, openapi_extra=_FILE)
async def open_import(
    request: Request,
    response: Response,
    who: Writer,
    content: Content,
    uow: Uow,
    channel: Annotated[str, Query(min_length=1, max_length=50)],
    name: Annotated[str, Query(min_length=1, max_length=200, description="what people call the file")] = "import",
    format: Annotated[Format, Query()] = Format.CSV,
    source: Annotated[str | None, Query(min_length=1, max_length=100, description="by default the channel")] = None,
    store_id: Annotated[str | None, Query(max_length=50)] = None,
    on_error: Annotated[
        OnError, Query(description="skip: take in what is right; stop: nothing as long as anything is wrong")
    ] = OnError.SKIP,
    start: Annotated[bool, Query(description="false: check only; a person looks at the report and starts it")] = True,
    complete: Annotated[bool, Query(description="false: further parts follow")] = True,
) -> ImportView:
    """Hand in a file of orders, or its first part. It is read, checked as a whole, and then taken in, by itself.

    Every order needs its outside number: the same file again takes in only what is not in yet.
    """
    stores = who.stores_for("orders:write")
    command = OpenImport(
        name=name,
        format=format,
        channel=channel,
        source=source or channel,
        store_id=store_id,
        owner_id=who.subject if who.kind == "user" else None,
        on_error=on_error,
        starts=start,
    )
    opened = await import_file.open_import(command, uow, stores=stores)
    found = await import_file.add_part(opened.id, 1, content, uow, stores=stores)
    if complete:
        found = await import_file.complete_import(opened.id, 1, uow, stores=stores)
        await ask_for(uow, import_orders)
    response.headers["Location"] = f"/orders/imports/{opened.id}"
    return _view(found, _told(request))


@router.get("/orders/imports")
async def list_imports(
    request: Request,
    uow: Read,
    who: Reader,
    page: Paged,
    state: ImportState | None = None,
) -> Listed[ImportView]:
    """Who handed in which file when, and how it ended; newest first."""
    after = page.begins_after(datetime, UUID)
    stores = who.stores_for("orders:read")
    rows = await stored.list_imports(uow.connection, stores, state, limit=page.one_more, after=after)
    told = _told(request)
    return page.of(rows, key=lambda each: (each.made_at, each.id), view=lambda each: _view(each, told))


@router.get("/orders/imports/{id}")
async def get_import(id: UUID, request: Request, uow: Read, who: Reader) -> ImportView:
    """How far an import is."""
    found = await stored.get_import(uow.connection, id, who.stores_for("orders:read"))
    return _view(found, _told(request))


@router.put("/orders/imports/{id}/parts/{part}", openapi_extra=_FILE)
async def put_part(
    id: UUID, part: Annotated[int, Path(ge=1, le=MOST_PARTS)], request: Request, who: Writer, content: Content, uow: Uow
) -> ImportView:
    """Hand in another part of a file, cut anywhere; the first came with the import. A part sent again counts once."""
    found = await import_file.add_part(id, part, content, uow, stores=who.stores_for("orders:write"))
    return _view(found, _told(request))


@router.post("/orders/imports/{id}/complete", status_code=202)
async def complete(id: UUID, body: CompleteBody, request: Request, uow: Uow, who: Writer) -> ImportView:
    """All parts are here: from now on it goes on by itself."""
    found = await import_file.complete_import(id, body.parts, uow, stores=who.stores_for("orders:write"))
    await ask_for(uow, import_orders)
    return _view(found, _told(request))


@router.post("/orders/imports/{id}/start", status_code=202)
async def start(id: UUID, request: Request, uow: Uow, who: Writer, body: StartBody | None = None) -> ImportView:
    """Take in what the report says can be taken in."""
    on_error = body.on_error if body else None
    found = await import_file.start_import(id, on_error, uow, stores=who.stores_for("orders:write"))
    await ask_for(uow, import_orders)
    return _view(found, _told(request))


@router.post("/orders/imports/{id}/cancel")
async def cancel(id: UUID, request: Request, uow: Uow, who: Writer) -> ImportView:
    """Take in no more of it, within a transaction's time. What came in stays and is in the report."""
    found = await import_file.cancel_import(id, uow, stores=who.stores_for("orders:write"))
    return _view(found, _told(request))


@router.get("/orders/imports/{id}/rows")
async def list_rows(
    id: UUID,
    request: Request,
    uow: Read,
    who: Reader,
    page: Paged,
    state: RowState | None = None,
) -> Listed[FileOrderView]:
    """The report: what became of each order, or what would, with every reason by row and field."""
    await stored.get_import(uow.connection, id, who.stores_for("orders:read"))
    after = page.begins_after(int)
    rows = await stored.list_file_orders(uow.connection, id, state, limit=page.one_more, after=after)
    told = _told(request)
    return page.of(rows, key=lambda each: (each.first_row,), view=lambda each: _row_view(each, told))


@router.get("/orders/imports/{id}/report", response_class=StreamingResponse)
async def download_report(
    id: UUID, request: Request, uow: Read, who: Reader, state: RowState | None = None
) -> Response:
    """The whole report as CSV, a line for each reason; a spreadsheet opens it."""
    found = await stored.get_import(uow.connection, id, who.stores_for("orders:read"))
    runtime: Runtime = request.app.state.runtime
    return StreamingResponse(
        _lines(runtime, who, found.id, state, _told(request)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="import-{found.id}.csv"'},
    )


class _Told:
    """Reasons in the language of whoever asks."""

    def __init__(self, sentences: Catalogue, language: str) -> None:
        self._sentences, self._language = sentences, language

    def reasons(self, kept: Iterable[Mapping[str, Any]], rows: list[int]) -> list[ReasonView]:
        return [self._reason(Reason(**each), rows) for each in kept]

    def _reason(self, reason: Reason, rows: list[int]) -> ReasonView:
        return ReasonView(
            row=_row_of(reason.field, rows),
            code=reason.code,
            field=reason.field,
            detail=self._sentences.say(reason.code, reason.params, self._language),
            params=dict(reason.params),
        )


def _told(request: Request) -> _Told:
    return _Told(request.app.state.catalogue, language_of(request.headers.get("accept-language")))


def _row_of(field: str | None, rows: list[int]) -> int | None:
    """The row that a reason is about: that of the line it names, else the order's first."""
    if not rows:
        return None
    parts = (field or "").split("/")
    at = int(parts[1]) if parts[0] == "lines" and len(parts) > 1 and parts[1].isdecimal() else 0
    return rows[at] if at < len(rows) else rows[0]


def _view(found: Import, told: _Told) -> ImportView:
    values = {name: getattr(found, name) for name in ImportView.model_fields if name != "trouble"}
    return ImportView(**values, trouble=told.reasons(found.trouble or (), []))


def _row_view(each: FileOrder, told: _Told) -> FileOrderView:
    return FileOrderView(
        rows=each.rows,
        external_id=each.external_id,
        state=each.state,
        order_id=each.order_id,
        code=each.code,
        reasons=told.reasons(each.reasons, each.rows),
        warnings=told.reasons(each.warnings, each.rows),
    )


async def _lines(runtime: Runtime, who: Principal, id: UUID, state: RowState | None, told: _Told) -> AsyncIterator[str]:
    """Page by page, each in a transaction of its own: a slow reader keeps no connection."""
    yield "\ufeff" + _line("row", "external_id", "state", "code", "kind", "field", "reason", "detail")
    last: int | None = None
    while True:
        async with runtime.reading(who.actor) as uow:
            page = await stored.list_file_orders(uow.connection, id, state, limit=PAGE, after=last)
        yield "".join(_written(each, told) for each in page)
        if len(page) < PAGE:
            return
        last = page[-1].first_row


def _written(each: FileOrder, told: _Told) -> str:
    view = _row_view(each, told)
    start = (view.external_id or "", view.state, view.code or "")
    named = [("error", reason) for reason in view.reasons] + [("warning", reason) for reason in view.warnings]
    if not named:
        return _line(each.first_row, *start, "", "", "", "")
    return "".join(
        _line(reason.row or each.first_row, *start, kind, reason.field or "", reason.code, reason.detail)
        for kind, reason in named
    )


def _line(*cells: object) -> str:
    """One line; a cell that a spreadsheet would take for a formula is told as the text it is."""
    written = io.StringIO()
    texts = [str(cell) for cell in cells]
    csv.writer(written).writerow(["'" + text if text[:1] in ("=", "+", "-", "@") else text for text in texts])
    return written.getvalue()
