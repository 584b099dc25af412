"""The gateway is a service too: for its own dead letters, settings and jobs it asks itself as it asks others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.types import Message

from chassis.security import Principal
from gateway.application.forwarding import Header
from gateway.entrypoints.front import INSIDE

NAME = "gateway"


@dataclass(slots=True)
class Said:
    """The whole answer of our own application."""

    status: int = 500
    headers: list[Header] = field(default_factory=list)
    content: bytes = b""


async def call(
    app: Any, principal: Principal, method: str, path: str, target: bytes, headers: list[Header], content: bytes | None
) -> Said:
    """Ask our own application, in the name of somebody who has been checked already."""
    said = Said()
    body = content or b""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": target.partition(b"?")[2],
        "root_path": "",
        "headers": [*headers, (b"host", NAME.encode()), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 0),
        "server": (NAME, 80),
        INSIDE: True,
        "chassis.principal": principal,
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said.status, said.headers = message["status"], list(message["headers"])
        else:
            said.content += message.get("body", b"")

    await app(scope, receive, send)
    return said
