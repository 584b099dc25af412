"""What one API process of the gateway has in its hands, and what it does besides answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Scope

from chassis import Runtime
from chassis.refusals import Unauthenticated
from chassis.security import Principal
from gateway.adapters import announcements, documents
from gateway.adapters.call_limits import CallLimits
from gateway.adapters.first_user import make_first_user
from gateway.adapters.identities import Identities
from gateway.adapters.live_feed import LiveFeed
from gateway.adapters.sessions import noted_here
from gateway.adapters.upstream import Upstream
from gateway.application.directory import Directory
from gateway.application.login import Login
from gateway.application.origin import caller_address
from gateway.application.passwords import Passwords
from gateway.application.signing_keys import SigningKeys
from gateway.entrypoints.guard import Guard
from gateway.settings import GatewaySettings

log = structlog.get_logger("gateway")

_LOGIN = "gateway.login"


class Edge:
    """Made once per API process. Connects to nothing until :meth:`working`."""

    def __init__(self, app: FastAPI, runtime: Runtime) -> None:
        settings = cast("GatewaySettings", runtime.settings)
        self.app = app
        self.runtime = runtime
        self.settings = settings
        self.keys = SigningKeys(settings.signing_keys_file)
        self.passwords = Passwords(
            time_cost=settings.argon2_time_cost,
            memory_kib=settings.argon2_memory_kib,
            parallelism=settings.argon2_parallelism,
        )
        self.identities = Identities(runtime.engine)
        self.guard = Guard(self.keys, self.identities)
        self.limits = CallLimits(
            runtime.engine,
            per_second=settings.calls_per_second,
            guests_per_second=settings.guest_calls_per_second,
        )
        self.directory = Directory(settings.services, settings.public_url)
        self.upstreams = {
            name: Upstream(
                name,
                address,
                connect_timeout=settings.connect_timeout,
                answer_timeout=settings.answer_timeout,
                calls_at_once=settings.calls_at_once,
            )
            for name, address in settings.services.items()
        }
        self.health: tuple[float, object] | None = None
        self.live = LiveFeed(runtime.engine)
        self.identities.on_change.append(self.live.wake)
        runtime.committed.append(self._forget_what_changed)
        runtime.stopping.append(self.live.end)

    async def login(self, scope: Scope) -> Login:
        """Who sends this request, within his limit; once per request. Raises ``Unauthenticated`` or ``TooMany``."""
        known: Login | None = scope.get(_LOGIN)
        if known is None:
            try:
                known = await self.guard.login(scope["headers"])
            except Unauthenticated:
                await self.limits.spend_guest(self.address(scope))
                raise
            await self.limits.spend(known)
            scope[_LOGIN] = known
        return known

    def address(self, scope: Scope) -> str:
        """From where somebody calls."""
        peer = scope["client"][0] if scope.get("client") else "unknown"
        if not self.settings.trusted_proxies:
            return str(peer)
        said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        return caller_address(peer, said.decode("latin-1") or None, self.settings.trusted_proxies)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Everything that goes on beside the answering. Raises ``NoSigningKey`` at once if we could sign nobody in."""
        self.keys.current()
        engine, every = self.runtime.engine, self.settings.poll_seconds
        tasks = [
            self._task(self.identities.follow_log(), "identity log"),
            self._task(self.live.run(), "feed"),
            self._task(documents.load_kept(engine, self.directory), "kept routes"),
            self._task(announcements.keep_announced(self.runtime, self.keys), "public keys"),
            self._task(make_first_user(self.runtime, self.settings, self.passwords), "first user"),
            *(
                self._task(documents.follow(engine, upstream, self.directory, every), f"routes of {name}")
                for name, upstream in self.upstreams.items()
            ),
        ]
        try:
            yield
        finally:
            self.live.end()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for upstream in self.upstreams.values():
                upstream.close()

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Work that fails for a reason nobody foresaw must not be missing silently."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("background work has ended", work=task.get_name(), exc_info=error)
            self.runtime.end(f"{task.get_name()}: {type(error).__name__}: {error}")

    def _forget_what_changed(self) -> None:
        """After a commit: what this very request changed holds no longer, before its answer is sent."""
        noted = noted_here.get()
        if noted:
            noted_here.set(None)
            for kind, subject in noted:
                self.identities.forget(kind, subject)


def edge_of(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


async def login_of(request: Request) -> Login:
    """A dependency: whoever is signed in."""
    return await edge_of(request).login(request.scope)


async def authenticate(request: Request) -> Principal:
    """The gateway's own check: of its users' tokens and keys, where services check the gateway's."""
    return (await login_of(request)).principal


@asynccontextmanager
async def lifespan(app: FastAPI, runtime: Runtime) -> AsyncIterator[None]:
    edge: Edge = app.state.edge
    async with edge.working():
        yield
