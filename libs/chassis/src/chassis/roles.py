"""What ``python -m <service> ROLE`` does: one image, one declaration, each role a process of its own.

Every role starts and stays up with Kafka or PostgreSQL absent. The API shares no process with relay or consumers.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import structlog
import uvicorn
import uvloop
from pydantic import ValidationError

from chassis import logs, news, telemetry
from chassis.clock import clock_of
from chassis.database import make_engine
from chassis.http.app import make_app
from chassis.http.health import ProbeApp
from chassis.http.server import BoundedHead
from chassis.runtime import Runtime, live
from chassis.security import KeyRing
from chassis.supervisor import Restarts, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from chassis.service import Service
    from chassis.settings import ServiceSettings

log = structlog.get_logger("chassis.roles")

ROLES: Final = ("api", "consume", "relay")
"""In the order in which they are stopped."""
GRACE = 5
"""Seconds a role gives to what it is doing when it is asked to stop."""

Work = Callable[[Runtime], Coroutine[Any, Any, None]]


def run(service: Service, arguments: Sequence[str] | None = None) -> None:
    """Serve one role, or ``all``; or ``migrate``, or tell the ``topics``. Ends the process."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    known = (*ROLES, "all", "migrate", "topics")
    if len(given) != 1 or given[0] not in known:
        sys.exit(f"usage: python -m {service.name} {' | '.join(known)}")
    if given[0] == "topics":
        print(json.dumps(service.topics(), indent=2))  # noqa: T201 - this output is what was asked for
        return
    settings = _settings(service)
    logs.configure(service.name, given[0], settings.log_level)
    if given[0] == "migrate":
        from chassis.migrations import migrate  # no other role needs what migrating needs

        uvloop.run(migrate(settings, service.name))
    elif given[0] == "all":
        _import_all(service, settings)
        sys.exit(Supervisor(ROLES, lambda role, restarts: serve(service, role, restarts)).run())
    else:
        sys.exit(serve(service, given[0]))


def serve(service: Service, role: str, restarts: Restarts | None = None) -> int:
    """One role in this process until it is asked to stop; its exit code."""
    settings = _settings(service)
    logs.configure(service.name, role, settings.log_level)
    stop_tracing = telemetry.start(service.name, settings, role)
    try:
        return uvloop.run(_serve(service, settings, role, restarts))
    finally:
        stop_tracing()


async def _serve(service: Service, settings: ServiceSettings, role: str, restarts: Restarts | None) -> int:
    async with live(service, settings, role) as runtime:
        telemetry.watch(runtime.engine)
        counts = restarts.counts if restarts is not None else None
        keys = KeyRing(settings.trusted_keys_file) if role == "api" else None
        app: ASGIApp = ProbeApp(runtime, counts) if keys is None else make_app(runtime, keys=keys, restarts=counts)
        async with news.follow(runtime, keys), _working(runtime, role) as work:
            return await _until_asked(runtime, app, work)


async def _until_asked(runtime: Runtime, app: ASGIApp, work: Sequence[asyncio.Task[None]]) -> int:
    """Serve HTTP beside the work. Ends when asked, or with code 1 when the work or the server ends by itself."""
    settings, loop = runtime.settings, asyncio.get_running_loop()
    ports = {"api": settings.http_port, "consume": settings.consume_port, "relay": settings.relay_port}
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="on" if runtime.role == "api" else "off",
            host=settings.http_host,
            port=ports[runtime.role],
            http=BoundedHead,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE,
            backlog=2048,
        )
    )
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    serving = loop.create_task(server.serve(), name="http")
    waiting = loop.create_task(asked.wait(), name="asked to stop")
    await asyncio.wait((serving, waiting, *work), return_when=asyncio.FIRST_COMPLETED)
    for task in work:
        if task.done() and not task.cancelled() and task.exception() is not None:
            log.critical("the work of this role has ended", exc_info=task.exception())
    for stop in runtime.stopping:
        stop()
    server.should_exit = True
    waiting.cancel()
    with suppress(SystemExit):
        await serving
    return 0 if asked.is_set() else 1


@asynccontextmanager
async def _working(runtime: Runtime, role: str) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """What this role does besides answering its probes; given :data:`GRACE` seconds to end in."""
    tasks = [asyncio.create_task(do(runtime), name=do.__name__) for do in _work_of(role)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE)
            for task in late:
                log.warning("did not end in time", work=task.get_name())


def _work_of(role: str) -> list[Work]:
    if role == "consume":
        from chassis.consuming import run_consumers
        from chassis.schedule import run_schedule

        return [run_consumers, run_schedule]
    if role == "relay":
        from chassis.relay import run_relay

        return [run_relay]
    return []


def _import_all(service: Service, settings: ServiceSettings) -> None:
    """What a role would import or work out later is done now, so that the children share its pages.

    The application is made once and thrown away; its engine never connects.
    """
    for role in ROLES:
        _work_of(role)
    import httptools  # noqa: F401
    import uvicorn.lifespan.on  # noqa: F401

    if settings.otlp_endpoint:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401
    runtime = Runtime(
        service=service, settings=settings, engine=make_engine(settings), clock=clock_of(settings), role="all"
    )
    make_app(runtime).openapi()


def _settings(service: Service) -> ServiceSettings:
    try:
        return service.settings()
    except ValidationError as error:
        prefix = service.settings.model_config.get("env_prefix") or ""
        wrong = "; ".join(f"{prefix}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        sys.exit(f"{service.name} cannot start: {wrong}")


class _Server(uvicorn.Server):
    """Leaves signals to the role: uvicorn would raise them again after serving and end the process half-way."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
