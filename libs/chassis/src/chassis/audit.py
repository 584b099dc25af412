"""The audit trail: one row per command, written in the command's own transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import driver
from chassis.http.paging import Listed, Paged
from chassis.http.units import Reading
from chassis.security.authentication import requires
from chassis.telemetry import trace_id
from chassis.unit_of_work import AuditEntry, UnitOfWork

_WRITE = """
    INSERT INTO chassis.audit (at, actor_kind, actor, actor_name, origin, action, object_type, object_id,
                               before, after, reason, trace_id)
    SELECT at, kind, actor, name, origin, action, object_type, object_id,
           before::jsonb, after::jsonb, reason, $12::text
    FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::text[])
         AS entry (at, kind, actor, name, origin, action, object_type, object_id, before, after, reason)
"""
_READ = text("""
    SELECT * FROM chassis.audit
    WHERE (CAST(:object_type AS text) IS NULL OR object_type = :object_type)
      AND (CAST(:object_id AS text) IS NULL OR object_id = :object_id)
      AND (CAST(:actor AS text) IS NULL OR actor = :actor)
      AND (CAST(:action AS text) IS NULL OR action = :action)
      AND (CAST(:before AS bigint) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :limit
""")


async def write(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """All entries of a unit of work with one statement."""
    await driver.execute(
        connection,
        _WRITE,
        [entry.at for entry in entries],
        [str(entry.actor.kind) for entry in entries],
        [entry.actor.id for entry in entries],
        [entry.actor.name for entry in entries],
        [entry.origin for entry in entries],
        [entry.action for entry in entries],
        [entry.object_type for entry in entries],
        [entry.object_id for entry in entries],
        [_json(entry.before) for entry in entries],
        [_json(entry.after) for entry in entries],
        [entry.reason for entry in entries],
        trace_id(),
    )


class AuditView(BaseModel, from_attributes=True):
    """Who did what to which object, from where, and why. ``at`` is business time."""

    id: int
    at: datetime
    actor_kind: str
    actor: str
    actor_name: str | None
    origin: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    trace_id: str | None


router = APIRouter(tags=["audit"])


@router.get("/audit", dependencies=[requires("audit:read")])
async def audit_trail(
    uow: Reading[UnitOfWork],
    page: Paged,
    object_type: Annotated[str | None, Query(max_length=100)] = None,
    object_id: Annotated[str | None, Query(max_length=200)] = None,
    actor: Annotated[str | None, Query(max_length=200)] = None,
    action: Annotated[str | None, Query(max_length=100)] = None,
) -> Listed[AuditView]:
    """What was commanded here, the latest first."""
    asked = {"object_type": object_type, "object_id": object_id, "actor": actor, "action": action}
    part = {"before": page.begins_after(int), "limit": page.one_more}
    rows = (await uow.connection.execute(_READ, asked | part)).all()
    return page.of(rows, key=lambda row: (row.id,), view=lambda row: AuditView.model_validate(row))


def _json(state: Mapping[str, Any] | None) -> str | None:
    return None if state is None else json.dumps(dict(state), ensure_ascii=False, default=str)
