"""What ``all`` does before it forks: everything that takes memory and needs no server, so that the children share it.

Invariant: nothing made here has a connection, a thread or an event loop. A role that still imports something after the
fork holds it alone; it says so at its end (level DEBUG), and a test insists that there is nothing.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis import kafka, telemetry
from chassis.http.app import make_app
from chassis.runtime import Runtime, made
from chassis.security import KeyRing

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chassis.service import Service
    from chassis.settings import ServiceSettings
    from chassis.vitals import Restarts

_LATE = (
    "anyio._backends._asyncio",
    "chassis.consuming",
    "chassis.housekeeping",
    "chassis.relay",
    "chassis.schedule",
    "encodings.idna",
    "fastapi.telemetry._runtime",
    "httptools",
    "netrc",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "uvicorn.lifespan.off",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
)
"""What a role imports only when it runs, or a library when it is first used."""


@dataclass(frozen=True, slots=True)
class Api:
    """The API role before it serves: its application is the largest thing a service holds."""

    runtime: Runtime
    keys: KeyRing
    app: FastAPI


def make_api(service: Service, settings: ServiceSettings, restarts: Restarts | None = None) -> Api:
    """Connects to nothing: the engine does when it is first used."""
    runtime, keys = made(service, settings, "api"), KeyRing(settings.trusted_keys_file)
    return Api(runtime, keys, make_app(runtime, keys=keys, restarts=restarts))


def prepare(service: Service, settings: ServiceSettings, restarts: Restarts) -> Api:
    """Import whatever any role will, and make what the API will serve, its OpenAPI document included."""
    for name in _LATE:
        importlib.import_module(name)
    telemetry.prepare(settings)
    kafka.prepare(settings)
    api = make_api(service, settings, restarts)
    api.app.openapi()
    return api


def modules() -> frozenset[str]:
    """The names of what is imported now."""
    return frozenset(sys.modules)
