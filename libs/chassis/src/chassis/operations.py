"""Over HTTP: what a service does by itself, and the thresholds it goes by. Both for those allowed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, Field
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from chassis import news
from chassis.business_settings import Setting
from chassis.domain import Conflict, NotFound
from chassis.http.units import Reading, Transaction
from chassis.http.versions import SeenVersion, etag
from chassis.refusals import NotAllowed, refuse_stale
from chassis.runtime import Runtime
from chassis.schedule import Job, jobs_of
from chassis.security import Principal, requires
from chassis.unit_of_work import UnitOfWork

Uow = Transaction[UnitOfWork]
Read = Reading[UnitOfWork]

router = APIRouter()


class SettingNotFound(NotFound):
    """No business setting of this name is declared here."""


class JobNotFound(NotFound):
    """No job of this name is declared here."""


class JobRunning(Conflict):
    """The job runs already, or was asked for and waits."""


class SettingView(BaseModel):
    """A threshold of the business: its value now, its default, what it may be, who changed it last."""

    name: str
    value: Any
    default: Any
    allowed: str
    unit: str
    description: str
    capability: str | None
    permission: str
    version: int
    changed_at: datetime | None
    changed_by: str | None


class ChangeView(BaseModel, from_attributes=True):
    version: int
    before: Any
    value: Any
    reason: str
    changed_at: datetime
    changed_by: str
    changed_by_name: str | None


class SettingHistory(SettingView):
    history: list[ChangeView]


class SettingChange(BaseModel):
    """The new value and why. ``null`` goes back to the default."""

    value: Any = Field(examples=[48])
    reason: str = Field(min_length=1, max_length=500, examples=["Trước Tết khách hay đặt lại trong hai ngày."])


class RunView(BaseModel, from_attributes=True):
    id: UUID
    due_at: datetime
    started_at: datetime
    started_by: str
    finished_at: datetime | None
    state: str
    attempts: int
    done: int
    total: int | None
    error: str | None


class JobView(BaseModel):
    """A job: when it is due next, and how its latest run went. ``state``: idle, requested or running."""

    name: str
    description: str
    timing: str
    next_due: datetime | None
    state: str
    last_run: RunView | None


@router.get("/settings", dependencies=[requires("settings:read")], tags=["settings"])
async def list_settings(request: Request, uow: Read) -> list[SettingView]:
    """Every threshold of this service."""
    rows = (await uow.connection.execute(text("SELECT * FROM chassis.business_setting"))).all()
    stored = {row.name: row for row in rows}
    return [_setting_view(each, stored.get(each.name)) for each in _runtime(request).service.business_settings]


@router.get("/settings/{name}", dependencies=[requires("settings:read")], tags=["settings"])
async def show_setting(name: str, request: Request, uow: Read, response: Response) -> SettingHistory:
    """One threshold with its history, the latest change first."""
    view = _setting_view(_declared(request, name), await _stored(uow, name))
    history = await uow.connection.execute(
        text("SELECT * FROM chassis.business_setting_history WHERE name = :name ORDER BY version DESC LIMIT 100"),
        {"name": name},
    )
    etag(response, view.version)
    changes = [ChangeView.model_validate(row) for row in history]
    return SettingHistory(**view.model_dump(), history=changes)


@router.patch("/settings/{name}", tags=["settings"])
async def change_setting(
    name: str,
    body: SettingChange,
    request: Request,
    uow: Uow,
    response: Response,
    background: BackgroundTasks,
    who: Annotated[Principal, requires("settings:write")],
    version: SeenVersion,
) -> SettingView:
    """Change a threshold, with a reason. Every process of the service goes by it within five seconds."""
    declared = _declared(request, name)
    if not who.may(declared.write):
        raise NotAllowed(permission=declared.write)
    value = declared.default if body.value is None else declared.checked(body.value)
    await uow.connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('business_setting', 0))")
    )  # first changes of two people have no row to lock yet
    before = _setting_view(declared, await _stored(uow, name))
    refuse_stale(version, before.version)
    change = {
        "name": name,
        "version": before.version + 1,
        "value": json.dumps(value, default=str),
        "before": json.dumps(before.value, default=str),
        "reason": body.reason,
        "at": uow.now,
        "by": str(uow.actor),
        "by_name": uow.actor.name,
    }
    await uow.connection.execute(_CHANGE, change)
    await uow.connection.execute(_HISTORY, change)
    uow.audit(
        "change setting", "setting", name, before={"value": before.value}, after={"value": value}, reason=body.reason
    )
    background.add_task(_learn, _runtime(request))
    etag(response, before.version + 1)
    return _setting_view(declared, await _stored(uow, name))


@router.get("/jobs", dependencies=[requires("jobs:read")], tags=["jobs"])
async def list_jobs(request: Request, uow: Read) -> list[JobView]:
    """Every job of this service and its latest run."""
    rows = {row.name: row for row in await uow.connection.execute(_JOBS)}
    zone = _runtime(request).settings.business_zone
    return [_job_view(each, rows.get(each.name), zone) for each in jobs_of(_runtime(request))]


@router.get("/jobs/{name}/runs", dependencies=[requires("jobs:read")], tags=["jobs"])
async def list_runs(name: str, request: Request, uow: Read) -> list[RunView]:
    """The latest hundred runs, the latest first."""
    _job(request, name)
    rows = await uow.connection.execute(
        text("SELECT * FROM chassis.job_run WHERE job = :name ORDER BY started_at DESC LIMIT 100"), {"name": name}
    )
    return [RunView.model_validate(row) for row in rows]


@router.post("/jobs/{name}/run", status_code=202, dependencies=[requires("jobs:write")], tags=["jobs"])
async def start_job(name: str, request: Request, uow: Uow) -> JobView:
    """Run a job now, besides its due times. Whichever replica looks first takes it, within a second or two."""
    declared = _job(request, name)
    asked = {"name": name, "by": str(uow.actor)}
    if (await uow.connection.execute(_REQUEST, asked)).first() is None:
        raise JobRunning(name=name)
    uow.audit("start job", "job", name)
    row = next(row for row in await uow.connection.execute(_JOBS) if row.name == name)
    return _job_view(declared, row, _runtime(request).settings.business_zone)


_CHANGE = text("""
    INSERT INTO chassis.business_setting (name, value, version, changed_at, changed_by)
    VALUES (:name, CAST(:value AS jsonb), :version, :at, :by)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version,
        changed_at = excluded.changed_at, changed_by = excluded.changed_by
""")
_HISTORY = text("""
    INSERT INTO chassis.business_setting_history (name, version, value, before, reason, changed_at, changed_by,
                                                  changed_by_name)
    VALUES (:name, :version, CAST(:value AS jsonb), CAST(:before AS jsonb), :reason, :at, :by, :by_name)
""")
_JOBS = text("""
    SELECT job.name, job.next_due, job.requested_at, job.run_id AS running, run.*
    FROM chassis.job LEFT JOIN LATERAL (
        SELECT * FROM chassis.job_run WHERE job_run.job = job.name ORDER BY started_at DESC LIMIT 1) run ON true
""")
_REQUEST = text("""
    INSERT INTO chassis.job AS job (name, requested_at, requested_by) VALUES (:name, clock_timestamp(), :by)
    ON CONFLICT (name) DO UPDATE SET requested_at = excluded.requested_at, requested_by = excluded.requested_by
        WHERE job.run_id IS NULL AND job.requested_at IS NULL
    RETURNING 1
""")


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _declared(request: Request, name: str) -> Setting[Any]:
    for each in _runtime(request).service.business_settings:
        if each.name == name:
            return each
    raise SettingNotFound(name=name)


def _job(request: Request, name: str) -> Job:
    for each in jobs_of(_runtime(request)):
        if each.name == name:
            return each
    raise JobNotFound(name=name)


async def _stored(uow: UnitOfWork, name: str) -> Any:
    found = text("SELECT * FROM chassis.business_setting WHERE name = :name")
    return (await uow.connection.execute(found, {"name": name})).first()


async def _learn(runtime: Runtime) -> None:
    await news.refresh(runtime)


def _setting_view(declared: Setting[Any], stored: Any) -> SettingView:
    return SettingView(
        name=declared.name,
        value=declared.default if stored is None else stored.value,
        default=declared.default,
        allowed=declared.allowed(),
        unit=declared.unit,
        description=declared.description,
        capability=declared.capability,
        permission=declared.write,
        version=0 if stored is None else stored.version,
        changed_at=None if stored is None else stored.changed_at,
        changed_by=None if stored is None else stored.changed_by,
    )


def _job_view(declared: Job, row: Any, zone: str) -> JobView:
    state = "idle"
    if row is not None and (row.running is not None or row.requested_at is not None):
        state = "running" if row.running is not None else "requested"
    return JobView(
        name=declared.name,
        description=declared.description,
        timing=str(declared.timing(zone)),
        next_due=row.next_due if row is not None else None,
        state=state,
        last_run=RunView.model_validate(row) if row is not None and row.id is not None else None,
    )
