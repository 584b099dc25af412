"""Speaks to the running platform as a person would: over the gateway, with that person's login."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from devkit.stack.home import Home
from devkit.trouble import Trouble


class Refused(Trouble):
    """The platform has said no; the message is its own."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.status = answer.status_code
        try:
            self.problem: Mapping[str, Any] = answer.json()
        except ValueError:
            self.problem = {}
        what = self.problem.get("detail") or self.problem.get("title") or answer.text[:300]
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {what}")


class Gateway:
    """One login. Calls return JSON and raise :class:`Refused`."""

    def __init__(self, home: Home, user: str) -> None:
        self._client = httpx2.Client(base_url=home.gateway_url, timeout=30, headers={"accept-language": "en"})
        self._login = {"user": user, "password": home.secret(f"user {user}")}

    def __enter__(self) -> Gateway:
        try:
            token = self.post("/api/auth/token", self._login)["access_token"]
        except httpx2.HTTPError:
            raise Trouble("The gateway does not answer: start it with `./dev up`.") from None
        self._client.headers["authorization"] = f"Bearer {token}"
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, **query: str | int) -> Any:
        return self._said(self._client.get(path, params=query))

    def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        headers = {"idempotency-key": key} if key else {}
        return self._said(self._client.post(path, json=body, headers=headers))

    def every(self, path: str, **query: str | int) -> Iterator[Any]:
        """All items of a paged list."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page.get("next")
            if cursor is None:
                return

    @staticmethod
    def _said(answer: httpx2.Response) -> Any:
        if not answer.is_success:
            raise Refused(answer)
        return answer.json() if answer.content else None
