"""``GET /api/events``: what has just changed, as server-sent events.

Each event's id is its place in the feed, the same on every gateway. Who was cut off comes back with ``Last-Event-ID``,
to this gateway or another, and misses nothing and gets nothing twice; who was away for too long gets ``reset``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from chassis.failures import is_transient
from chassis.refusals import Refusal
from chassis.security import signed_in
from gateway.application.feed import Change, may_see
from gateway.application.login import Login
from gateway.entrypoints.edge import Edge, edge_of, login_of

router = APIRouter(prefix="/api", tags=["live"])

KEEP_ALIVE = 15.0
"""Seconds of silence after which a line shows that the stream is alive; it also carries the place reached."""
RETRY_MS = 1000

_EXAMPLE = (
    "id: 4711\nevent: change\n"
    'data: {"seq":4711,"type":"order.confirmed","object":"order","id":"0199…","version":3,"order_id":"0199…"}\n\n'
)
_STREAM = {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}}
_DESCRIBED: dict[int | str, dict[str, Any]] = {200: {"description": "a stream", "content": _STREAM}}


@router.get("/events", dependencies=[signed_in()], responses=_DESCRIBED, response_class=StreamingResponse)
async def events(
    request: Request,
    login: Annotated[Login, Depends(login_of)],
    last_event_id: Annotated[str | None, Header(description="the last id that was seen")] = None,
    after: Annotated[str | None, Query(description="the same, for who cannot set a header")] = None,
) -> StreamingResponse:
    """What changes from now on, or since the event named: only what the caller may see, at every moment."""
    edge = edge_of(request)
    lines = _stream(edge, request, login, last_event_id or after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


async def _stream(edge: Edge, request: Request, login: Login, last: str | None) -> AsyncIterator[bytes]:
    edge.live.listen()
    try:
        seq, greeting = await _start(edge, last)
        yield greeting
        while not edge.live.ended:
            rows = await _next(edge, seq)
            renewed = await _still(edge, request, login)
            if renewed is None:
                return
            login = renewed
            if rows:
                seq = rows[-1].seq
                shown = _shown(rows, login)
                if shown:
                    yield shown
            elif rows is not None and not edge.live.ended:
                continue
            else:
                yield _place(seq)
    finally:
        edge.live.leave()


async def _start(edge: Edge, last: str | None) -> tuple[int, bytes]:
    """Where to begin, and what to say first. Somebody new begins at the end; who was away too long is told to reset."""
    bounds = await edge.live.bounds()
    if last is None:
        return bounds.head, b"retry: %d\n" % RETRY_MS + _event("ready", bounds.head, {"seq": bounds.head})
    seq = int(last) if last.isdecimal() and len(last) < 19 else -1
    if not bounds.floor <= seq <= bounds.head:
        return bounds.head, b"retry: %d\n" % RETRY_MS + _event("reset", bounds.head, {"seq": bounds.head})
    return seq, b"retry: %d\n: welcome back\n\n" % RETRY_MS


async def _next(edge: Edge, seq: int) -> Sequence[Change] | None:
    """The next rows; none of them if there is only a reason to look around; ``None`` after a silence."""
    try:
        async with asyncio.timeout(KEEP_ALIVE):
            return await edge.live.after(seq)
    except TimeoutError:
        return None
    except Exception as error:
        if not is_transient(error):
            raise
        await asyncio.sleep(1)
        return None


async def _still(edge: Edge, request: Request, login: Login) -> Login | None:
    """Who listens, as he is now; ``None`` if his session has ended."""
    if login.holds():
        return login
    try:
        principal = login.principal
        if principal.kind == "user":
            return await edge.identities.session(principal.session)
        return await edge.guard.login(request.scope["headers"])
    except Refusal:
        return None
    except Exception as error:
        if not is_transient(error):
            raise
        return None


def _shown(rows: Sequence[Change], login: Login) -> bytes:
    """What of these rows the listener may see; nothing else leaves a trace."""
    return b"".join(_event("change", row.seq, _told(row)) for row in rows if may_see(row, login.principal))


def _told(row: Change) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seq": row.seq,
        "type": row.type,
        "object": row.object_type,
        "id": row.object_id,
        "version": row.version,
    }
    if row.order_id is not None:
        told["order_id"] = row.order_id
    if row.stores:
        told["stores"] = list(row.stores)
    return told


def _event(name: str, seq: int, data: dict[str, Any]) -> bytes:
    return f"id: {seq}\nevent: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _place(seq: int) -> bytes:
    """Alive; and how far the stream has come, which the listener remembers without being told of an event."""
    return f": alive\nid: {seq}\n\n".encode()
