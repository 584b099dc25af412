"""A gateway that really serves, in front of small services that really serve, on a database of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
import uvicorn
from joserfc.jwk import KeySet

from chassis.http import make_app
from chassis.security import KeyRing, TokenVerifier, new_key, public_keys
from chassis.testing import Harness, eventually
from gateway.application.access_tokens import mint
from gateway.application.passwords import Passwords
from gateway.application.sessions import open_session
from gateway.application.signing_keys import read_keys
from gateway.application.users import create_user
from gateway.main import service

PASSWORD = "correct horse battery"
CHEAP = {"time_cost": 1, "memory_kib": 8, "parallelism": 1}


class StandIn:
    """A service as the gateway sees one: a document, and answers that tell what was asked. Verifies our tokens."""

    def __init__(self, name: str, key_set: Mapping[str, Any], routes: Sequence[tuple[str, str, str]]) -> None:
        self.name = name
        self.routes = list(routes)
        self.calls: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Awaitable[tuple[int, Any]]]] = {}
        self.headers: list[tuple[bytes, bytes]] = []
        self.url = ""
        keys = KeyRing()
        keys.learn(key_set, ())
        self._verifier = TokenVerifier(name, keys)

    def document(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for method, template, permission in self.routes:
            paths.setdefault(template, {})[method.lower()] = {"x-permission": permission, "responses": {}}
        return {"openapi": "3.1.0", "info": {"title": self.name, "version": "1"}, "paths": paths}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, content = await self._answer(scope, body)
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode()), *self.headers]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": raw})

    async def _answer(self, scope: Any, body: bytes) -> tuple[int, Any]:
        path = scope["raw_path"].decode()
        if path == "/openapi.json":
            return 200, self.document()
        if path == "/health/ready":
            return 200, {"status": "ready"}
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        call = {
            "method": scope["method"],
            "path": path,
            "query": scope["query_string"].decode(),
            "headers": headers,
            "length": len(body),
            "body": body.decode("latin-1") if len(body) < 10_000 else "",
        }
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token:
            who = self._verifier.verify(token)
            call["who"] = {
                "subject": who.subject, "name": who.name, "session": who.session, "kind": who.kind,
                "roles": sorted(who.roles), "permissions": sorted(who.permissions), "stores": sorted(who.stores),
            }  # fmt: skip
        self.calls.append(call)
        special = self.answers.get(path)
        return await special(call) if special is not None else (200, call)


class Gateway:
    """One gateway process, as far as one event loop can be one."""

    def __init__(self, harness: Harness, url: str, app: Any, stack: AsyncExitStack) -> None:
        self.harness = harness
        self.url = url
        self.edge = app.state.edge
        self.orders: Any = None
        self._stack = stack
        self._passwords = Passwords(**CHEAP)

    async def user(self, *roles: str, login: str = "", stores: Sequence[str] = (), name: str = "Lan") -> str:
        """A user of these roles, who signs in with :data:`PASSWORD`; the login."""
        login = login or f"u{uuid4().hex[:12]}"
        hash = await self._passwords.hash(PASSWORD)
        async with self.harness.uow() as uow:
            await create_user(uow, login=login, name=name, password_hash=hash, roles=roles, stores=stores)
        return login

    async def sign_in(self, login: str, password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.client().post("/api/auth/token", json={"user": login, "password": password})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def as_(self, *roles: str, stores: Sequence[str] = ()) -> httpx2.AsyncClient:
        """A client of somebody new with these roles, signed in without the detour over a password."""
        login = await self.user(*roles, stores=stores)
        async with self.harness.uow() as uow:
            user = await uow.users.by_login(login)
            opened = await open_session(user, uow, hours=1, origin="test", agent="test")
        return self.client(mint(self.edge.keys, str(opened.session), str(user.id), 600))

    def client(self, token: str | None = None, language: str = "en") -> httpx2.AsyncClient:
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})
        client = httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=20)
        self._stack.push_async_callback(client.aclose)
        return client

    async def raw(self, request: bytes) -> bytes:
        """Bytes as they are, for what no client library would send."""
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(self.url).port)
        writer.write(request)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(65536), 10)
        writer.close()
        return answer


@asynccontextmanager
async def serving(app: Any, *, lifespan: Any = "off") -> AsyncIterator[str]:
    """The address at which an ASGI application is served by a real server."""
    config = uvicorn.Config(
        app, port=0, http="httptools", ws="none", lifespan=lifespan, log_level="error", timeout_graceful_shutdown=1,
        proxy_headers=False, server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = _no_signals  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class _no_signals:  # noqa: N801 - stands in for a function
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


CHEAP_HASHES: dict[str, Any] = {f"argon2_{name}": cost for name, cost in CHEAP.items()}


def made_keys(folder: Path) -> Path:
    file = folder / "signing.json"
    file.write_text(json.dumps(KeySet([new_key("first")]).as_dict(private=True)))
    return file


async def started(
    stack: AsyncExitStack, database: str, signing_keys: Path, known: Sequence[StandIn], **settings: Any
) -> Gateway:
    """A gateway that serves and knows the routes of these services."""
    usual = {"poll_seconds": 0.1, "signing_keys_file": signing_keys} | CHEAP_HASHES
    harness = await stack.enter_async_context(Harness.running(service, database, **(usual | settings)))
    app = make_app(harness.runtime)
    address = await stack.enter_async_context(serving(app, lifespan="on"))
    made = Gateway(harness, address, app, stack)

    async def knows_all() -> bool:
        return all(made.edge.directory.knows(each.name) for each in known)

    await eventually(knows_all)
    return made


async def stood_in(stack: AsyncExitStack, signing_keys: Path, name: str, *routes: tuple[str, str, str]) -> StandIn:
    made = StandIn(name, public_keys(read_keys(signing_keys)), routes)
    made.url = await stack.enter_async_context(serving(made))
    return made


@pytest.fixture
def signing_keys(tmp_path: Path) -> Path:
    """The file with the gateway's private key."""
    return made_keys(tmp_path)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def stand_in(stack: AsyncExitStack, signing_keys: Path) -> Callable[..., Awaitable[StandIn]]:
    """Makes and serves a small service: ``await stand_in("orders", ("GET", "/orders", "orders:read"))``."""

    async def make(name: str, *routes: tuple[str, str, str]) -> StandIn:
        return await stood_in(stack, signing_keys, name, *routes)

    return make


@pytest.fixture
def gateway_for(
    stack: AsyncExitStack, signing_keys: Path, database_for: Callable[[str], Awaitable[str]]
) -> Callable[..., Awaitable[Gateway]]:
    """Makes and serves a gateway in front of services.

    ``beside=other`` shares the other's database, ``away`` names services by address that need not be there,
    ``database`` is used instead of a new one. All routes that can be known are known when it is returned.
    """
    databases: dict[int, str] = {}

    async def make(
        *services: StandIn,
        beside: Gateway | None = None,
        away: Mapping[str, str] | None = None,
        database: str | None = None,
        **settings: Any,
    ) -> Gateway:
        if beside is not None:
            database = databases[id(beside)]
        database = database or await database_for("gateway")
        addresses = {each.name: each.url for each in services} | dict(away or {})
        made = await started(stack, database, signing_keys, services, services=addresses, **settings)
        databases[id(made)] = database
        return made

    return make


@pytest.fixture(scope="session")
async def gateway(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One that many tests share, with a service ``orders`` that can be asked for anything below ``/orders``."""
    async with AsyncExitStack() as opened:
        keys = made_keys(tmp_path_factory.mktemp("keys"))
        orders = await stood_in(
            opened, keys, "orders",
            ("GET", "/orders", "orders:read"), ("POST", "/orders", "orders:write"),
            ("GET", "/orders/{id}", "orders:read"), ("PATCH", "/orders/{id}", "orders:write"),
            ("GET", "/orders/{id}/notes", "signed-in"), ("GET", "/orders-open", "public"),
        )  # fmt: skip
        settings = {"services": {"orders": orders.url}, "guest_calls_per_second": 500}
        made = await started(opened, await databases.make("gateway"), keys, [orders], **settings)
        made.orders = orders
        yield made
