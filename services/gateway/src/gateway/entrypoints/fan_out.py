"""Asking all services the same thing at once: what is there is answered, and who is not there is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from chassis.refusals import Refusal
from gateway.application.errors import ServiceUnknown
from gateway.application.forwarding import Header, passed_in, passed_out
from gateway.application.login import Login
from gateway.application.refusals import ServiceSilent
from gateway.entrypoints import inside
from gateway.entrypoints.edge import Edge

PATIENCE = 2.5
"""Seconds a service has for its part of a list; the list does not wait for it longer."""


class Missing(BaseModel):
    """A service whose part is missing here, and why."""

    service: str
    code: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one service said: its status, headers and body."""

    service: str
    status: int
    headers: list[Header]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def services(edge: Edge) -> list[str]:
    """All of them, ourselves last."""
    return [*edge.upstreams, inside.NAME]


async def ask(
    edge: Edge, request: Request, login: Login, service: str, path: str,
    *, method: str = "GET", query: Mapping[str, str] | None = None, content: bytes | None = None,
) -> Part:  # fmt: skip
    """One service's answer, in the name of whoever asks us. Raises ``ServiceUnknown`` or a refusal about services."""
    target = path.encode() + (b"?" + urlencode(query).encode() if query else b"")
    headers = passed_in(request.scope["headers"])
    headers.append((b"x-forwarded-for", edge.address(request.scope).encode()))
    headers.append((b"x-request-id", request.scope["gateway.request_id"]))
    if service == inside.NAME:
        said = await inside.call(edge.app, login.principal, method, path, target, headers, content)
        return Part(service, said.status, said.headers, said.content)
    upstream = edge.upstreams.get(service)
    if upstream is None:
        raise ServiceUnknown(service=service, known=services(edge))
    headers.append((b"authorization", b"Bearer " + login.token_for(service, edge.keys.current()).encode()))
    async with upstream.call(method, target, headers, content) as answer:
        return Part(service, answer.status, answer.headers, await answer.body())


async def ask_all(
    edge: Edge, request: Request, login: Login, path: str, queries: Mapping[str, Mapping[str, str]]
) -> tuple[list[Part], list[Missing]]:
    """The answers of the services named in ``queries``, and those of them that gave none."""

    async def one(service: str) -> Part | Missing:
        try:
            async with asyncio.timeout(PATIENCE):
                part = await ask(edge, request, login, service, path, query=queries[service])
        except TimeoutError:
            return Missing(service=service, code=ServiceSilent.code)
        except Refusal as refusal:
            return Missing(service=service, code=refusal.code)
        return part if part.status == 200 else Missing(service=service, code=_code(part))

    answers = await asyncio.gather(*(one(service) for service in queries))
    parts = [each for each in answers if isinstance(each, Part)]
    return parts, [each for each in answers if isinstance(each, Missing)]


def as_it_is(part: Part, **changed: Any) -> Response:
    """A service's answer for the caller; ``changed`` replaces fields of an object it answered."""
    content = part.content
    if changed and part.status < 400 and content:
        content = json.dumps(part.json() | changed, ensure_ascii=False).encode()
    response = Response(content, status_code=part.status)
    response.raw_headers = _without_length(passed_out(part.headers))
    response.raw_headers.append((b"content-length", str(len(content)).encode()))
    return response


def _without_length(headers: Iterable[Header]) -> list[Header]:
    return [header for header in headers if header[0] != b"content-length"]


def _code(part: Part) -> str:
    try:
        return str(part.json()["code"])
    except (ValueError, KeyError, TypeError):
        return f"status-{part.status}"
