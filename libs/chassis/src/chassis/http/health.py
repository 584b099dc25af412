"""Whether a process lives and gets anywhere. An open socket alone proves neither."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from chassis.http.metrics import exposed, metrics
from chassis.runtime import Runtime
from chassis.security.authentication import public
from chassis.vitals import Restarts, Vitals

ANSWER_WITHIN = 2.0
"""Seconds the database has to answer the readiness probe."""

probes = APIRouter(include_in_schema=False, dependencies=[public()])
probes.add_api_route("/metrics", metrics, methods=["GET"])


@probes.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs and its loop turns. Nothing it needs is asked: its absence is no reason to restart this one."""
    return {"status": "live"}


@probes.get("/health/ready")
async def ready(request: Request) -> Response:
    """200 if this process can do its work now, else 503 with the reasons; each activity with its lag."""
    return await _readiness(request.app.state.runtime, request.app.state.restarts)


@probes.get("/openapi.json")
async def described(request: Request) -> Response:
    """The service's own document; the gateway routes and checks by it."""
    return JSONResponse(request.app.openapi())


class ProbeApp:
    """Health and metrics of a role that serves nothing else. No framework: it would double what such a role holds.

    ``counters`` says whether it tells what its process counts: of roles that share a process one does, or sums over
    all roles would hold everything twice.
    """

    def __init__(self, runtime: Runtime, restarts: Restarts | None = None, *, counters: bool = True) -> None:
        self._runtime = runtime
        self._restarts = restarts
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["path"]:
            case "/health/live":
                answer: Response = JSONResponse({"status": "live"})
            case "/health/ready":
                answer = await _readiness(self._runtime, self._restarts)
            case "/metrics":
                answer = exposed(Vitals(self._runtime, self._restarts), counters=self._counters)
            case _:
                answer = Response(json.dumps({"status": 404}), 404, media_type="application/problem+json")
        await answer(scope, receive, send)


async def _readiness(runtime: Runtime, restarts: Restarts | None) -> Response:
    troubles: dict[str, Any] = dict(runtime.progress.troubles())
    if away := await _database_trouble(runtime):
        troubles["database"] = away
    content: dict[str, Any] = {
        "status": "not ready" if troubles else "ready",
        "service": runtime.service.name,
        "role": runtime.role,
        "troubles": troubles,
        "activities": runtime.progress.snapshot(),
    }
    if restarts is not None:
        content["restarts"] = restarts()
    return JSONResponse(content, status_code=503 if troubles else 200)


async def _database_trouble(runtime: Runtime) -> str | None:
    try:
        async with asyncio.timeout(ANSWER_WITHIN), runtime.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return None
