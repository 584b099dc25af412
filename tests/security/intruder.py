"""What somebody can send who knows all our addresses, and who in one test even holds the key that signs tokens."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from joserfc.jwk import KeySet, OKPKey
from paper import STAFF

from chassis.security import Principal, mint
from devkit.stack.home import Home

AT_ONCE = 16
FRESH = 240.0
"""Seconds for which a token is handed out; the gateway's hold for ten minutes."""


class Intruder:
    """Asks the gateway, or a service behind its back, whatever it is told to ask."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._client = httpx2.AsyncClient(timeout=60.0)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._tokens: dict[str, str] = {}
        self._signed_in = float("-inf")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    @property
    def gateway(self) -> str:
        return self.home.gateway_url

    def service(self, name: str) -> str:
        """The address of a service, past the gateway."""
        return f"http://127.0.0.1:{self.home.ports.api(name)}"

    async def sign_in(self, login: str) -> str:
        """An access token of somebody of the demo shop."""
        return str((await self.session(login))["access_token"])

    async def tokens(self) -> Mapping[str, str]:
        """Role -> an access token of whoever in the demo shop has it."""
        if time.monotonic() - self._signed_in > FRESH:
            granted = await asyncio.gather(*(self.sign_in(login) for login in STAFF.values()))
            self._tokens, self._signed_in = dict(zip(STAFF, granted, strict=True)), time.monotonic()
        return self._tokens

    async def session(self, login: str, password: str | None = None) -> dict[str, Any]:
        body = {"user": login, "password": password or self.home.secret(f"user {login}")}
        answer = await self.ask(self.gateway, "POST", "/api/auth/token", body=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ask(
        self,
        base: str,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """The answer. Of an endless one only its head."""
        sent = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        async with (
            self._places,
            self._client.stream(method, base + path, content=content, headers=sent) as answer,
        ):
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                return answer
            await answer.aread()
            return answer

    def signing_key(self) -> OKPKey:
        """The gateway's own: what must never leave the machine it signs on."""
        keys = KeySet.import_key_set(json.loads((self.home.keys / "signing.json").read_text()))
        [key, *_] = keys.keys
        assert isinstance(key, OKPKey)
        return key

    def token_for(self, service: str, permissions: Iterable[str], *, stores: Iterable[str] = (), **more: Any) -> str:
        """As the gateway would make it for such a caller. ``now`` and ``lifetime`` as for ``mint``."""
        timing = {name: more.pop(name) for name in ("now", "lifetime") if name in more}
        given: dict[str, Any] = {"subject": "0198f2d2-0000-7000-8000-000000000001", "session": "s"} | more
        bearer = Principal(permissions=frozenset(permissions), stores=frozenset(stores), **given)
        return mint(self.signing_key(), bearer, service, **timing)

    async def raw(self, request: bytes, base: str | None = None, *, enough: bytes | None = None) -> bytes:
        """Bytes as they are, for what no client library would send; what is said until the other side hangs up, or
        until it has said ``enough``: it need not take in what it has refused."""
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(base or self.gateway).port)
        writer.write(request)
        heard = b""
        try:
            async with asyncio.timeout(20):
                while (enough is None or enough not in heard) and (part := await reader.read(65536)):
                    heard += part
        except ConnectionError:
            pass  # hung up on in the middle: what was heard until then is the answer
        writer.transport.abort()
        return heard
