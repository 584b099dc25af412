"""Thresholds and jobs of all services in one place, each called ``<service>.<name>``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from chassis.security import requires
from gateway.application.login import Login
from gateway.entrypoints.edge import edge_of, login_of
from gateway.entrypoints.fan_out import Missing, as_it_is, ask, ask_all, services

router = APIRouter(prefix="/api", tags=["operations"])

Me = Annotated[Login, Depends(login_of)]
FullName = Annotated[
    str, Path(pattern=r"^[a-z][a-z0-9-]*\.[A-Za-z0-9_-]{1,100}$", examples=["orders.duplicate_window_hours"])
]


class Everywhere(BaseModel):
    """What there is, and which services did not say: the list is whole only if ``unavailable`` is empty."""

    items: list[dict[str, Any]]
    unavailable: list[Missing]


@router.get("/settings", dependencies=[requires("settings:read")])
async def list_settings(request: Request, login: Me) -> Everywhere:
    """Every threshold of the business: value, default, bounds, who changed it last."""
    return await _listed(request, login, "/settings")


@router.get("/settings/{name}", dependencies=[requires("settings:read")])
async def show_setting(name: FullName, request: Request, login: Me) -> Response:
    """One threshold with its history."""
    return await _one(request, login, name, "/settings/{}")


@router.patch("/settings/{name}", dependencies=[requires("settings:write")], openapi_extra={
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["value", "reason"],
            "properties": {
                "value": {"description": "the new value; null goes back to the default"},
                "reason": {"type": "string", "minLength": 1, "maxLength": 500},
            },
        }}},
    }
})  # fmt: skip
async def change_setting(name: FullName, request: Request, login: Me) -> Response:
    """Change a threshold, with a reason. All processes of its service go by it within five seconds."""
    return await _one(request, login, name, "/settings/{}", "PATCH")


@router.get("/jobs", dependencies=[requires("jobs:read")])
async def list_jobs(request: Request, login: Me) -> Everywhere:
    """Every scheduled job, when it is due next and how it went last."""
    return await _listed(request, login, "/jobs")


@router.get("/jobs/{name}/runs", dependencies=[requires("jobs:read")])
async def list_runs(name: FullName, request: Request, login: Me) -> Response:
    """The latest runs of a job."""
    return await _one(request, login, name, "/jobs/{}/runs")


@router.post("/jobs/{name}/run", dependencies=[requires("jobs:write")])
async def start_job(name: FullName, request: Request, login: Me) -> Response:
    """Run a job now."""
    return await _one(request, login, name, "/jobs/{}/run", "POST")


async def _listed(request: Request, login: Login, path: str) -> Everywhere:
    edge = edge_of(request)
    parts, missing = await ask_all(edge, request, login, path, {name: {} for name in services(edge)})
    items = [
        row | {"name": f"{part.service}.{row['name']}", "service": part.service}
        for part in parts
        for row in part.json()
    ]
    return Everywhere(items=items, unavailable=missing)


async def _one(request: Request, login: Login, name: str, path: str, method: str = "GET") -> Response:
    service, _, own_name = name.partition(".")
    content = await request.body() if method != "GET" else None
    part = await ask(
        edge_of(request), request, login, service, path.format(own_name), method=method, content=content or None
    )
    if path.endswith("/runs"):
        return as_it_is(part)
    return as_it_is(part, name=name, service=service)
