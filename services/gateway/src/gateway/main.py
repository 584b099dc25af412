"""The gateway, composed. The only module that knows everything."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from chassis import Job, Runtime, Service, Setting, declared
from gateway.adapters.unit_of_work import GatewayUnitOfWork
from gateway.application import thresholds
from gateway.entrypoints import api_keys, auth, desk, docs, events, health, jobs, operations, roles, users
from gateway.entrypoints.consumers import feeds
from gateway.entrypoints.edge import Edge, authenticate, lifespan
from gateway.entrypoints.front import Front
from gateway.settings import GatewaySettings

_FROM_PAGES = ["Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID"]
_FOR_PAGES = ["ETag", "Location", "Retry-After", "X-Request-ID", "Idempotency-Replayed"]


def extend(app: FastAPI, runtime: Runtime) -> None:
    """What makes the gateway more than a service: everything that is not its own goes on to the others."""
    app.state.edge = Edge(app, runtime)
    app.add_middleware(Front, edge=app.state.edge)
    if app.state.edge.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=app.state.edge.settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_FROM_PAGES,
            expose_headers=_FOR_PAGES,
        )


service = Service(
    name="gateway",
    settings=GatewaySettings,
    unit_of_work=GatewayUnitOfWork,
    routers=[
        auth.router,
        users.router,
        roles.router,
        api_keys.router,
        operations.router,
        desk.router,
        events.router,
        health.router,
        docs.router,
    ],
    consumers=feeds,
    jobs=declared(Job, jobs),
    business_settings=declared(Setting, thresholds),
    authenticate=authenticate,
    extend=extend,
    lifespan=lifespan,
)
