"""Numbers for operations: how long requests take, by route and status, and whatever else this process counts."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.vitals import Vitals

request_seconds = Histogram(
    "http_request_duration_seconds",
    "Time until the answer was sent.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)


class RequestMetrics:
    """Times every request. A path no route knows is counted as one, or strangers could fill the memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            request_seconds.labels(scope["method"], route, status).observe(perf_counter() - started)


async def metrics(request: Request) -> Response:
    """``GET /metrics``."""
    return exposed(Vitals(request.app.state.runtime, request.app.state.restarts))


def exposed(vitals: Vitals, *, counters: bool = True) -> Response:
    """What there is to know about a role, in the format of Prometheus, with or without what its process counts."""
    counted = generate_latest(REGISTRY) if counters else b""
    return Response(counted + generate_latest(vitals), media_type=CONTENT_TYPE_LATEST)
