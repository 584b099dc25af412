"""The HTTP application of a service, made from its declaration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from opentelemetry import trace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis import audit, operations
from chassis.domain import DomainError
from chassis.http.admission import Admission
from chassis.http.body import BodyLimit
from chassis.http.health import probes
from chassis.http.metrics import RequestMetrics
from chassis.http.openapi import document, permission_of
from chassis.http.routes import EdgeRoute, answer
from chassis.http.sentences import Catalogue
from chassis.refusals import Refusal
from chassis.runtime import Runtime
from chassis.security.authentication import by_token
from chassis.security.keys import KeyRing
from chassis.security.tokens import TokenVerifier
from chassis.vitals import Restarts

LARGEST_BODY = 2 * 1024 * 1024
_UNTRACED = ("/health/", "/metrics")


class RouteWithoutPermission(Exception):
    """A route does not say who may call it. Nothing is served until it does."""


def make_app(runtime: Runtime, *, keys: KeyRing | None = None, restarts: Restarts | None = None) -> FastAPI:
    """The application, complete with problems, transactions, probes, metrics and its OpenAPI document.

    Raises ``RouteWithoutPermission`` for a route that declares none. ``keys`` stands in for the trusted keys of the
    settings, ``restarts`` tells the probe how often each role was started again. Needs neither database nor broker to
    be made or started.
    """
    service = runtime.service

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if service.lifespan is None:
            yield
        else:
            async with service.lifespan(app, runtime):
                yield

    app = _bare(runtime, keys or KeyRing(runtime.settings.trusted_keys_file), lifespan=lifespan)
    app.state.restarts = restarts
    # Paths are tried in this order; the service's own are the busy ones.
    from chassis import desk, oversight  # they know doors, which read bodies as this package does

    mount(app, [*service.routers, operations.router, audit.router, desk.router, oversight.router, probes])
    if service.extend is not None:
        service.extend(app, runtime)
    app.add_middleware(Admission, most=runtime.settings.requests_at_once)
    return app


def _bare(runtime: Runtime, keys: KeyRing, *, lifespan: Any) -> FastAPI:
    service = runtime.service
    app = FastAPI(
        title=service.name,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={
            "operation_spans": False,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
            "exclude": _untraced,
        },
    )
    app.state.runtime = runtime
    app.state.service = service.name
    app.state.catalogue = Catalogue(["chassis", service.name])
    app.state.keys = keys
    app.state.authenticate = service.authenticate or by_token(TokenVerifier(service.name, keys))
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    for expected in (DomainError, Refusal, RequestValidationError, HTTPException):
        app.add_exception_handler(expected, _answer)
    app.add_middleware(BodyLimit, most=LARGEST_BODY)
    app.add_middleware(RequestMetrics)
    return app


def mount(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Adds the routes one by one, so that each is an edge of its own and matching one costs one look, not two."""
    for router in routers:
        for found in iter_route_contexts(router.routes):
            if not isinstance(found.original_route, APIRoute):
                raise TypeError(f"{found.path}: only API routes can be mounted; add others in Service.extend")
            app.router.add_api_route(found.path or "", **_declared(found))
    missing = [
        f"{'/'.join(sorted(route.methods or ()))} {route.path}"
        for route in app.routes
        if isinstance(route, APIRoute) and permission_of(route) is None
    ]
    if missing:
        raise RouteWithoutPermission(", ".join(missing))


def _declared(found: Any) -> dict[str, Any]:
    same = (
        "endpoint",
        "response_model",
        "status_code",
        "tags",
        "dependencies",
        "summary",
        "description",
        "response_description",
        "responses",
        "deprecated",
        "methods",
        "operation_id",
        "response_model_include",
        "response_model_exclude",
        "response_model_by_alias",
        "response_model_exclude_unset",
        "response_model_exclude_defaults",
        "response_model_exclude_none",
        "include_in_schema",
        "response_class",
        "name",
        "openapi_extra",
    )
    return {name: getattr(found, name) for name in same} | {"route_class_override": EdgeRoute}


async def _answer(request: Request, error: Exception) -> Response:
    return answer(request, error)


def _untraced(scope: Any) -> bool:
    return not trace_is_on() or scope.get("path", "").startswith(_UNTRACED)


def trace_is_on() -> bool:
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
