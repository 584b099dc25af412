"""What ``python -m <service> ROLE`` does: one image, one declaration, each role a process of its own.

Every role starts and stays up with Kafka or PostgreSQL absent. The API shares no process with relay or consumers; those
two share one in ``all``, where it is memory that counts (docs/decisions/0060).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import structlog
import uvicorn
import uvloop
from pydantic import ValidationError

from chassis import logs, news, telemetry
from chassis.http.health import ProbeApp
from chassis.http.server import BoundedHead
from chassis.loops import watched_loop
from chassis.memory import settle_allocator
from chassis.preparing import Api, make_api, modules, prepare
from chassis.runtime import Runtime, live
from chassis.supervisor import Restarts, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from chassis.service import Service
    from chassis.settings import ServiceSettings

log = structlog.get_logger("chassis.roles")

ROLES: Final = ("api", "consume", "relay")
PROCESSES: Final = (("api",), ("consume", "relay"))
"""Who shares a process in ``all``, in the order in which they are stopped: nothing new comes in, then nothing is
handled, then what was said is sent."""
_BEHIND = 10
"""How nice consumers and relays are: somebody waits for what the API does, and what they leave for later they do
together, for less."""
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
    settle_allocator()
    settings = _settings(service)
    logs.configure(service.name, given[0], settings.log_level)
    if given[0] == "migrate":
        from chassis.migrations import migrate  # no other role needs what migrating needs

        uvloop.run(migrate(settings, service.name))
    elif given[0] == "all":
        restarts = Restarts(ROLES)
        api = prepare(service, settings, restarts.counts)
        sys.exit(Supervisor(PROCESSES, lambda roles: serve(service, roles, restarts, api), restarts).run())
    else:
        sys.exit(serve(service, given))


def serve(service: Service, roles: Sequence[str], restarts: Restarts | None = None, prepared: Api | None = None) -> int:
    """These roles in this process until it is asked to stop; its exit code. ``prepared``: made before it was forked."""
    known, together = modules(), "+".join(roles)
    settings = _settings(service)
    logs.configure(service.name, together, settings.log_level)
    stop_tracing = telemetry.start(service.name, settings, together)
    if "api" not in roles:
        os.nice(_BEHIND)
    try:
        counts = restarts.counts if restarts is not None else None
        api = (prepared or make_api(service, settings, counts)) if "api" in roles else None
        return uvloop.run(_serve(service, settings, roles, counts, api))
    finally:
        stop_tracing()
        if prepared is not None:
            log.debug("imported after the fork", modules=sorted(modules() - known))


async def _serve(
    service: Service,
    settings: ServiceSettings,
    roles: Sequence[str],
    restarts: Callable[[], Mapping[str, int]] | None,
    api: Api | None,
) -> int:
    """Each role by itself, with its own probes and its own connections. When one ends the others are ended, too."""
    asked = _stop_signal()
    ends = {role: asyncio.Event() for role in roles}
    committed: list[Callable[[], None]] = []
    serving = [
        asyncio.create_task(
            _serve_api(api, ends[role])
            if api is not None and role == "api"
            else _serve_work(service, settings, role, restarts, committed, ends[role], counters=role == roles[0])
        )
        for role in roles
    ]
    waiting = asyncio.create_task(asked.wait(), name="asked to stop")
    async with watched_loop(settings.stuck_after):
        await asyncio.wait((waiting, *serving), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for role, task in zip(roles, serving, strict=True):
            ends[role].set()
            await asyncio.wait((task,))
    return 0 if asked.is_set() and not any(task.result() for task in serving) else 1


def _stop_signal() -> asyncio.Event:
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    return asked


async def _serve_api(api: Api, end: asyncio.Event) -> int:
    telemetry.watch(api.runtime.engine)
    try:
        async with news.follow(api.runtime, api.keys):
            return await _until(end, api.runtime, api.app, ())
    finally:
        await api.runtime.engine.dispose()


async def _serve_work(
    service: Service,
    settings: ServiceSettings,
    role: str,
    restarts: Callable[[], Mapping[str, int]] | None,
    committed: list[Callable[[], None]],
    end: asyncio.Event,
    *,
    counters: bool,
) -> int:
    """``committed`` is shared in a process: what a consumer has committed wakes the relay beside it."""
    structlog.contextvars.bind_contextvars(role=role)
    async with live(service, settings, role) as runtime:
        runtime.committed = committed
        telemetry.watch(runtime.engine)
        async with news.follow(runtime), _working(runtime, role) as work:
            return await _until(end, runtime, ProbeApp(runtime, restarts, counters=counters), work)


async def _until(end: asyncio.Event, runtime: Runtime, app: ASGIApp, work: Sequence[asyncio.Task[None]]) -> int:
    """Serve HTTP beside the work until ``end``; code 1 when the work or the server ends by itself."""
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
    serving = loop.create_task(server.serve(), name="http")
    waiting = loop.create_task(end.wait(), name="end")
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
    return 0 if end.is_set() else 1


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
