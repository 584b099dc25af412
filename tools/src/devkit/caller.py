"""Somebody who uses the platform over the gateway: a member of staff, an integration, a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2

from devkit.stack.home import Home
from devkit.trouble import Trouble


class Refused(Trouble):
    """The answer was no. ``status`` and ``problem`` are those of the answer (RFC 9457)."""

    def __init__(self, method: str, path: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{method} {path}: {status} {problem.get('code', '')} {problem.get('detail', '')}".strip())
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))


class Caller:
    """One login. Repeats a call that was not answered or was told to wait, under the same ``Idempotency-Key``."""

    def __init__(
        self, base: str, *, username: str | None = None, password: str = "", api_key: str | None = None
    ) -> None:
        self.username = username
        self._password = password
        self._api_key = api_key
        self._client = httpx2.AsyncClient(base_url=base, timeout=30.0)
        self._token: str | None = None
        self._renew_at = 0.0
        self._login = asyncio.Lock()

    @classmethod
    def of(cls, home: Home, username: str) -> Self:
        """Somebody of the demo shop, or ``admin``, at the stack that lives there."""
        return cls(home.gateway_url, username=username, password=home.secret(f"user {username}"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, path: str, **params: Any) -> Any:
        return await self.call("GET", path, params=params)

    async def post(
        self, path: str, body: Any = None, *, key: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        return await self.call(
            "POST", path, json={} if body is None else body, key=key or str(uuid4()), headers=headers
        )

    async def patch(self, path: str, body: Any, *, version: int | None = None) -> Any:
        headers = {"If-Match": f'"{version}"'} if version is not None else None
        return await self.call("PATCH", path, json=body, key=str(uuid4()), headers=headers)

    async def delete(self, path: str) -> Any:
        return await self.call("DELETE", path, key=str(uuid4()))

    async def all(self, path: str, **params: Any) -> AsyncIterator[Any]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            page = await self.get(path, **params, limit=200, **({"cursor": cursor} if cursor else {}))
            for item in page["items"]:
                yield item
            cursor = page["next"]
            if cursor is None:
                return

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float = 60.0,
    ) -> Any:
        """The answer's body. Raises ``Refused`` for an answer of 400 or more that waiting does not change."""
        wanted = {name: value for name, value in (params or {}).items() if value is not None}
        deadline = time.monotonic() + patience
        while True:
            sent = {
                **(await self._credentials(deadline)),
                **(headers or {}),
                **({"Idempotency-Key": key} if key else {}),
            }
            try:
                answer = await self._client.request(method, path, json=json, params=wanted, headers=sent)
            except httpx2.TransportError:
                if time.monotonic() > deadline or (method != "GET" and key is None):
                    raise
                await asyncio.sleep(0.2)
                continue
            if _passes(answer.status_code, method, key) and time.monotonic() < deadline:
                await asyncio.sleep(min(float(answer.headers.get("Retry-After", 1)), 5))
                continue
            if answer.status_code == 401 and self.username and self._token and time.monotonic() < deadline:
                self._token = None
                continue
            if answer.status_code >= 400:
                raise Refused(method, path, answer.status_code, problem_of(answer))
            return answer.json() if answer.content else None

    async def _credentials(self, deadline: float) -> dict[str, str]:
        """Signs in if need be; again if that was not answered, since signing in twice does no harm."""
        if self._api_key:
            return {"Authorization": f"Bearer {self._api_key}"}
        if self.username is None:
            return {}
        async with self._login:
            while self._token is None or time.monotonic() > self._renew_at:
                body = {"user": self.username, "password": self._password}
                try:
                    answer = await self._client.post("/api/auth/token", json=body)
                except httpx2.TransportError:
                    if time.monotonic() > deadline:
                        raise
                    await asyncio.sleep(0.2)
                    continue
                if _passes(answer.status_code, "GET", None) and time.monotonic() < deadline:
                    await asyncio.sleep(min(float(answer.headers.get("Retry-After", 1)), 5))
                    continue
                if answer.status_code >= 400:
                    raise Refused("POST", "/api/auth/token", answer.status_code, problem_of(answer))
                granted = answer.json()
                self._token = granted["access_token"]
                self._renew_at = time.monotonic() + granted["expires_in"] * 0.8
        return {"Authorization": f"Bearer {self._token}"}


def _passes(status: int, method: str, key: str | None) -> bool:
    """Whether to ask again: nothing was done (429, 503), or doing it again has no second effect (502, 504)."""
    return status in (429, 503) or (status in (502, 504) and (method == "GET" or key is not None))


def problem_of(answer: httpx2.Response) -> Mapping[str, Any]:
    """The problem document of an answer; of one that is none, its text."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"detail": answer.text[:500]}
