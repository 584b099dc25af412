"""The gateway is a service too: for its own dead letters, settings and jobs it asks itself as it asks others."""

from __future__ import annotations

from typing import Any

import httpx2
from starlette.types import Receive, Scope, Send

from chassis.security import Principal
from gateway.application.forwarding import Header
from gateway.entrypoints.front import INSIDE

NAME = "gateway"


async def call(
    app: Any, principal: Principal, method: str, target: bytes, headers: list[Header], content: bytes | None
) -> httpx2.Response:
    """The answer of our own application to a call that has been checked already."""

    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, INSIDE: True, "chassis.principal": principal}, receive, send)

    transport = httpx2.ASGITransport(app=known, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{NAME}") as client:
        url = client.base_url.copy_with(raw_path=target)
        return await client.request(method, url, headers=headers, content=content)
