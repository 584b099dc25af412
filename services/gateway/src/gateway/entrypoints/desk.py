"""The dead letters of all services on one desk, and what else only somebody who runs the platform asks for."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from chassis.domain import Reason
from chassis.refusals import Unprocessable
from chassis.security import requires
from gateway.application.login import Login
from gateway.entrypoints.edge import edge_of, login_of
from gateway.entrypoints.fan_out import Missing, Part, as_it_is, ask, ask_all, services

router = APIRouter(prefix="/api", tags=["operations"])

Me = Annotated[Login, Depends(login_of)]
ServiceName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,40}$", examples=["orders"])]
OneService = Annotated[str | None, Query(description="only of this service", max_length=41)]
Cursor = Annotated[str | None, Query(max_length=4000, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200, description="rows of each service on a page")]
_READ, _WRITE = [requires("dead-letters:read")], [requires("dead-letters:write")]


class Page(BaseModel):
    """A page over all services. ``unavailable`` names those whose rows are missing."""

    items: list[dict[str, Any]]
    next: str | None
    unavailable: list[Missing]


def _body(**fields: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": fields}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_REASON = {"type": "string", "minLength": 1, "maxLength": 500}


@router.get("/dead-letters", dependencies=_READ)
async def list_letters(
    request: Request, login: Me, service: OneService = None, cursor: Cursor = None, limit: Limit = 50
) -> Page:
    """What waits for somebody, the newest first. Filters: state, consumer, error_class, topic, key, event_id."""
    return await _paged(request, login, "/dead-letters", service, cursor, limit, newest="arrived_at")


@router.get("/dead-letters/groups", dependencies=_READ)
async def list_groups(request: Request, login: Me, service: OneService = None) -> Page:
    """Where to begin: unsettled letters by service, consumer and error."""
    return await _whole(request, login, "/dead-letters/groups", service)


@router.get("/dead-letters/{service}/{letter_id}", dependencies=_READ)
async def show_letter(service: ServiceName, letter_id: UUID, request: Request, login: Me) -> Response:
    """One letter with its body and headers."""
    return await _one(request, login, service, f"/dead-letters/{letter_id}")


@router.post("/dead-letters/{service}/{letter_id}/replay", dependencies=_WRITE)
async def replay_letter(service: ServiceName, letter_id: UUID, request: Request, login: Me) -> Response:
    """Handle a letter again, and with it the whole queue of its key, in order."""
    return await _one(request, login, service, f"/dead-letters/{letter_id}/replay", "POST")


@router.post(
    "/dead-letters/{service}/{letter_id}/edit",
    dependencies=_WRITE,
    openapi_extra=_body(payload={}, headers={"type": "object"}, reason=_REASON),
)
async def edit_letter(service: ServiceName, letter_id: UUID, request: Request, login: Me) -> Response:
    """Mend a letter; its id and its first version stay."""
    return await _one(request, login, service, f"/dead-letters/{letter_id}/edit", "POST")


@router.post("/dead-letters/{service}/{letter_id}/discard", dependencies=_WRITE, openapi_extra=_body(reason=_REASON))
async def discard_letter(service: ServiceName, letter_id: UUID, request: Request, login: Me) -> Response:
    """Give a letter up, with a reason; the queue behind it goes on."""
    return await _one(request, login, service, f"/dead-letters/{letter_id}/discard", "POST")


@router.get("/replays", dependencies=_READ)
async def list_replays(request: Request, login: Me, service: OneService = None) -> Page:
    """The latest replays of all services."""
    return await _whole(request, login, "/replays", service)


@router.post(
    "/replays/{service}",
    dependencies=_WRITE,
    openapi_extra=_body(
        consumer={"type": "string"}, error_class={"type": "string"}, topic={"type": "string"}, key={"type": "string"}
    ),
)
async def replay_many(service: ServiceName, request: Request, login: Me) -> Response:
    """Replay a whole class of errors of a consumer, or one key."""
    return await _one(request, login, service, "/replays", "POST")


@router.get("/replays/{service}/{replay_id}", dependencies=_READ)
async def show_replay(service: ServiceName, replay_id: UUID, request: Request, login: Me) -> Response:
    """How far a replay has come."""
    return await _one(request, login, service, f"/replays/{replay_id}")


@router.get("/halves", dependencies=_READ)
async def list_halves(request: Request, login: Me, service: OneService = None) -> Page:
    """Work that has waited for its other half for more than ten minutes."""
    return await _whole(request, login, "/halves", service)


@router.get("/halves/{service}/{name}", dependencies=_READ)
async def show_half(
    service: ServiceName, name: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")], request: Request, login: Me
) -> Response:
    """What waits, since when, and for what."""
    return await _one(request, login, service, f"/halves/{name}")


@router.get("/consumers", dependencies=[requires("jobs:read")])
async def list_consumers(request: Request, login: Me, service: OneService = None) -> Page:
    """Who reads which topic, and how far."""
    return await _whole(request, login, "/consumers", service)


@router.post("/consumers/{service}/{name}/rebuild", dependencies=[requires("jobs:write")])
async def rebuild_copy(
    service: ServiceName, name: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")], request: Request, login: Me
) -> Response:
    """Read a copy again from the beginning of its topic."""
    return await _one(request, login, service, f"/consumers/{name}/rebuild", "POST")


@router.get("/audit", dependencies=[requires("audit:read")])
async def audit_trail(
    request: Request, login: Me, service: OneService = None, cursor: Cursor = None, limit: Limit = 50
) -> Page:
    """What was commanded anywhere, the latest first. Filters: object_type, object_id, actor, action."""
    return await _paged(request, login, "/audit", service, cursor, limit, newest="at")


async def _paged(
    request: Request, login: Login, path: str, service: str | None, cursor: str | None, limit: int, *, newest: str
) -> Page:
    """A page of each service; the cursor says for each where its next one begins."""
    filters = {name: value for name, value in request.query_params.items() if name not in ("service", "cursor")}
    filters["limit"] = str(limit)
    positions = _read(cursor) if cursor else dict.fromkeys(_asked(request, service))
    known = services(edge_of(request))
    queries = {
        name: filters | ({"cursor": place} if place else {}) for name, place in positions.items() if name in known
    }
    parts, missing = await ask_all(edge_of(request), request, login, path, queries)
    items = sorted(_items(parts), key=lambda row: str(row[newest]), reverse=True)
    nexts = {part.service: part.json()["next"] for part in parts if part.json().get("next")}
    return Page(items=items, next=_written(nexts) if nexts else None, unavailable=missing)


async def _whole(request: Request, login: Login, path: str, service: str | None) -> Page:
    queries: dict[str, Mapping[str, str]] = {name: {} for name in _asked(request, service)}
    parts, missing = await ask_all(edge_of(request), request, login, path, queries)
    return Page(items=_items(parts), next=None, unavailable=missing)


async def _one(request: Request, login: Login, service: str, path: str, method: str = "GET") -> Response:
    content = await request.body() if method != "GET" else None
    part = await ask(edge_of(request), request, login, service, path, method=method, content=content or None)
    return as_it_is(part, service=service)


def _items(parts: list[Part]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in parts:
        content = part.json()
        rows = content if isinstance(content, list) else content["items"]
        found.extend(row | {"service": part.service} for row in rows)
    return found


def _asked(request: Request, service: str | None) -> list[str]:
    return [name for name in services(edge_of(request)) if service in (None, name)]


def _written(places: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(places).encode()).decode().rstrip("=")


def _read(cursor: str) -> dict[str, str | None]:
    try:
        places = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(places, dict) and all(isinstance(place, str) for place in places.values()):
            return {str(name): place for name, place in places.items()}
    except (ValueError, binascii.Error):
        pass
    raise Unprocessable(reasons=(Reason("bad-cursor", "query:cursor"),), count=1)
