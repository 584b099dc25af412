"""The dead-letter desk over HTTP: look, mend, replay, or give up with a reason. Every change is audited."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import text
from starlette.requests import Request

from chassis import replays
from chassis.deadletters import dump_headers, load_headers
from chassis.domain import Conflict, Invalid, NotFound
from chassis.http.paging import Listed, Paged
from chassis.http.units import Reading, Transaction
from chassis.letters import (
    DiscardBody,
    EditBody,
    Group,
    Groups,
    LetterDetail,
    LetterView,
    ReplayBody,
    ReplayView,
    detail,
    view,
)
from chassis.readers import Reader, readers_of
from chassis.security import Principal, requires
from chassis.unit_of_work import UnitOfWork

Uow = Transaction[UnitOfWork]
Read = Reading[UnitOfWork]

PERSONAL = "dead-letters:personal"

router = APIRouter(tags=["dead-letters"])


class LetterNotFound(NotFound):
    """There is no such letter on this service's desk."""


class LetterSettled(Conflict):
    """It was replayed or discarded; nothing more can be done with it."""


class ConsumerNotFound(NotFound):
    """Nobody of this name reads a topic here."""


class IdFixed(Invalid):
    """An edit keeps the event's id: by it the event counts as one and the same."""


_OPEN = ("failed", "waiting")
_LIST = text("""
    SELECT * FROM chassis.dead_letter
    WHERE state = ANY(CAST(:states AS text[])) AND place < :before
      AND (CAST(:consumer AS text) IS NULL OR consumer = :consumer)
      AND (CAST(:error_class AS text) IS NULL OR error_class = :error_class)
      AND (CAST(:topic AS text) IS NULL OR topic = :topic)
      AND (CAST(:key AS text) IS NULL OR key = :key)
      AND (CAST(:event_id AS text) IS NULL OR event_id = :event_id)
    ORDER BY place DESC LIMIT :limit
""")
_GROUPS = text("""
    SELECT f.consumer, f.error_class, count(DISTINCT f.id) AS failed, count(DISTINCT w.id) AS waiting,
           min(f.arrived_at) AS oldest
    FROM chassis.dead_letter f
    LEFT JOIN chassis.dead_letter w
           ON w.state = 'waiting' AND w.consumer = f.consumer AND w.topic = f.topic AND w.key = f.key
    WHERE f.state = 'failed' GROUP BY f.consumer, f.error_class ORDER BY f.consumer, f.error_class
""")
_ONE = text("SELECT * FROM chassis.dead_letter WHERE id = :id")
_ONE_LOCKED = text("SELECT * FROM chassis.dead_letter WHERE id = :id FOR UPDATE")
_EDIT = text("""
    UPDATE chassis.dead_letter SET
        original_payload = CASE WHEN edited_at IS NULL THEN payload ELSE original_payload END,
        original_headers = coalesce(original_headers, headers),
        payload = :payload, headers = CAST(:headers AS jsonb), event_id = :event_id, type = :type,
        edited_at = clock_timestamp(), edited_by = :by
    WHERE id = :id RETURNING *
""")
_DISCARD = text("""
    UPDATE chassis.dead_letter SET state = 'discarded', settled_at = clock_timestamp(), settled_by = :by,
        reason = :reason
    WHERE id = :id RETURNING *
""")
_REPLAYS = text("SELECT * FROM chassis.replay ORDER BY requested_at DESC LIMIT 100")
_REPLAY = text("SELECT * FROM chassis.replay WHERE id = :id")


@router.get("/dead-letters", dependencies=[requires("dead-letters:read")])
async def list_letters(
    uow: Read,
    page: Paged,
    state: Annotated[Literal["failed", "waiting", "replayed", "discarded"] | None, Query()] = None,
    consumer: Annotated[str | None, Query(max_length=100)] = None,
    error_class: Annotated[str | None, Query(max_length=200)] = None,
    topic: Annotated[str | None, Query(max_length=250)] = None,
    key: Annotated[str | None, Query(max_length=300)] = None,
    event_id: Annotated[str | None, Query(max_length=300)] = None,
) -> Listed[LetterView]:
    """What waits for somebody, the newest first; with ``state`` also what is settled."""
    values = {
        "states": [state] if state else list(_OPEN),
        "before": page.begins_after(int) or 2**62,
        "limit": page.one_more,
    }
    filters = {"consumer": consumer, "error_class": error_class, "topic": topic, "key": key, "event_id": event_id}
    rows = (await uow.connection.execute(_LIST, values | filters)).all()
    return page.of(rows, key=lambda row: (row.place,), view=view)


@router.get("/dead-letters/groups", dependencies=[requires("dead-letters:read")])
async def list_groups(uow: Read) -> Groups:
    """Where to begin: unsettled letters by consumer and error."""
    rows = await uow.connection.execute(_GROUPS)
    return Groups(items=[Group.model_validate(row) for row in rows])


@router.get("/dead-letters/{letter_id}")
async def show_letter(
    letter_id: UUID, request: Request, uow: Read, who: Annotated[Principal, requires("dead-letters:read")]
) -> LetterDetail:
    """One letter with its body and headers."""
    return _shown(await _found(uow, letter_id), request, who)


@router.post("/dead-letters/{letter_id}/replay", status_code=202, dependencies=[requires("dead-letters:write")])
async def replay_letter(letter_id: UUID, request: Request, uow: Uow) -> ReplayView:
    """Handle the letter again, and with it the whole queue of its key, in order."""
    row = await _open_letter(uow, letter_id)
    _reader(request, row.consumer)
    uow.audit("replay dead letter", "dead-letter", letter_id, after={"consumer": row.consumer, "key": row.key})
    queued = {"topic": row.topic, "key": row.key} if row.key is not None else {}
    return await _ordered(uow, row.consumer, letter_id=letter_id, **queued)


@router.post("/dead-letters/{letter_id}/edit")
async def edit_letter(
    letter_id: UUID,
    body: EditBody,
    request: Request,
    uow: Uow,
    who: Annotated[Principal, requires("dead-letters:write")],
) -> LetterDetail:
    """Mend a letter's body or headers. It keeps its ``ce_id``, and the first version stays beside it."""
    row = await _open_letter(uow, letter_id)
    headers = dict(load_headers(row.headers))
    if headers.get("ce_id") and body.headers.get("ce_id", row.event_id) != row.event_id:
        raise IdFixed(field="headers/ce_id", id=row.event_id)
    changed = headers | {name: value.encode() for name, value in body.headers.items()}
    values = {
        "id": letter_id,
        "payload": json.dumps(body.payload, ensure_ascii=False).encode(),
        "headers": dump_headers(list(changed.items())),
        "event_id": row.event_id or body.headers.get("ce_id"),
        "type": body.headers.get("ce_type", row.type),
        "by": str(uow.actor),
    }
    edited = (await uow.connection.execute(_EDIT, values)).one()
    uow.audit("edit dead letter", "dead-letter", letter_id, after={"headers": sorted(body.headers)}, reason=body.reason)
    return _shown(edited, request, who)


@router.post("/dead-letters/{letter_id}/discard")
async def discard_letter(
    letter_id: UUID,
    body: DiscardBody,
    request: Request,
    uow: Uow,
    who: Annotated[Principal, requires("dead-letters:write")],
) -> LetterDetail:
    """Give a letter up. The queue behind it goes on without it."""
    row = await _open_letter(uow, letter_id)
    values = {"id": letter_id, "by": str(uow.actor), "reason": body.reason}
    discarded = (await uow.connection.execute(_DISCARD, values)).one()
    uow.audit("discard dead letter", "dead-letter", letter_id, before={"state": row.state}, reason=body.reason)
    if row.key is not None:
        await replays.request(uow.connection, row.consumer, str(uow.actor), topic=row.topic, key=row.key)
    return _shown(discarded, request, who)


@router.get("/replays", dependencies=[requires("dead-letters:read")])
async def list_replays(uow: Read) -> list[ReplayView]:
    """The latest hundred, the latest first."""
    return [ReplayView.model_validate(row) for row in await uow.connection.execute(_REPLAYS)]


@router.get("/replays/{replay_id}", dependencies=[requires("dead-letters:read")])
async def show_replay(replay_id: UUID, uow: Read) -> ReplayView:
    """How far a replay has come."""
    row = (await uow.connection.execute(_REPLAY, {"id": replay_id})).one_or_none()
    if row is None:
        raise LetterNotFound(id=replay_id)
    return ReplayView.model_validate(row)


@router.post("/replays", status_code=202, dependencies=[requires("dead-letters:write")])
async def replay_many(body: ReplayBody, request: Request, uow: Uow) -> ReplayView:
    """Replay one key, or a whole class of errors. The consumer's own process carries it out."""
    _reader(request, body.consumer)
    uow.audit("replay dead letters", "consumer", body.consumer, after=body.model_dump(exclude_none=True))
    return await _ordered(uow, body.consumer, topic=body.topic, key=body.key, error_class=body.error_class)


def _shown(row: Any, request: Request, who: Principal) -> LetterDetail:
    return detail(row, request.app.state.runtime.service, personal=PERSONAL in who.permissions)


async def _ordered(uow: UnitOfWork, consumer: str, **what: Any) -> ReplayView:
    id = await replays.request(uow.connection, consumer, str(uow.actor), **what)
    return ReplayView.model_validate((await uow.connection.execute(_REPLAY, {"id": id})).one())


async def _found(uow: UnitOfWork, letter_id: UUID) -> Any:
    row = (await uow.connection.execute(_ONE, {"id": letter_id})).one_or_none()
    if row is None:
        raise LetterNotFound(id=letter_id)
    return row


async def _open_letter(uow: UnitOfWork, letter_id: UUID) -> Any:
    row = (await uow.connection.execute(_ONE_LOCKED, {"id": letter_id})).one_or_none()
    if row is None:
        raise LetterNotFound(id=letter_id)
    if row.state not in _OPEN:
        raise LetterSettled(state=row.state, possible=[])
    return row


def _reader(request: Request, name: str) -> Reader:
    for each in readers_of(request.app.state.runtime.service):
        if each.name == name:
            return each
    raise ConsumerNotFound(name=name)
