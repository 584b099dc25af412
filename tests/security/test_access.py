"""Every route against every role: at the gateway, and straight at the service that answers it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping

import httpx2
import pytest
from intruder import Intruder
from paper import ROLES, SERVICES, Line, inside, may, permissions_of, routes

from chassis.testing import dangling

NOBODY = "01980000-0000-7000-8000-000000000000"
"""An id that nothing has. With it, and an empty body, a call that is let in finds nothing to do."""
ENDS_ITSELF = "/api/auth/logout"


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", NOBODY, path)


def wanted(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.path != ENDS_ITSELF]


def verdict(answer: httpx2.Response) -> str:
    """``in``, or who was kept out by what. A refusal that comes later is about the object, not about the route."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        if problem["code"] in ("permission-missing", "token-missing"):
            return f"{answer.status_code} {problem['code']}"
    return "in" if answer.status_code < 500 else f"{answer.status_code} {answer.text[:200]}"


async def ask(intruder: Intruder, base: str, line: Line, path: str, token: str | None) -> str:
    body = None if line.method == "GET" else {}
    return verdict(await intruder.ask(base, line.method, path, token=token, body=body))


async def test_the_document_can_be_followed_to_its_end(intruder: Intruder) -> None:
    document = (await intruder.ask(intruder.gateway, "GET", "/api/openapi.json")).json()
    assert dangling(document) == []


async def test_every_route_has_its_line_on_the_paper(intruder: Intruder) -> None:
    document = (await intruder.ask(intruder.gateway, "GET", "/api/openapi.json")).json()
    served = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert served == {(line.method, line.path) for line in routes()}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_has_no_route_that_is_not_on_the_paper(intruder: Intruder, service: str) -> None:
    document = (await intruder.ask(intruder.service(service), "GET", "/openapi.json")).json()
    served = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    known = {(line.method, line.path.removeprefix("/api")) for line in routes()}
    every_service = {(line.method, line.path) for line in inside()}
    assert every_service <= served
    assert served - every_service <= known


@pytest.mark.capability("GWC-01")
@pytest.mark.parametrize("role", ROLES)
async def test_at_the_gateway_a_role_gets_where_the_paper_lets_it(
    intruder: Intruder, tokens: Mapping[str, str], role: str
) -> None:
    lines = wanted(routes())
    found = await asyncio.gather(
        *(ask(intruder, intruder.gateway, line, filled(line.path), tokens[role]) for line in lines)
    )
    meant = ["in" if may(role, line.right) else "403 permission-missing" for line in lines]
    assert _differing(lines, found, meant) == []


async def test_at_the_gateway_nobody_gets_anywhere_but_to_the_door(intruder: Intruder) -> None:
    lines = [line for line in routes() if line.right != "public"]
    found = await asyncio.gather(*(ask(intruder, intruder.gateway, line, filled(line.path), None) for line in lines))
    assert all(each in ("401 token-missing", "in") for each in found)
    told = [line.path for line, each in zip(lines, found, strict=True) if each == "in"]
    assert told == []


@pytest.mark.parametrize("service", SERVICES)
async def test_straight_at_the_service_a_role_gets_no_further(intruder: Intruder, service: str) -> None:
    """As if the gateway let everybody through: the service itself asks for the right."""
    document = (await intruder.ask(intruder.service(service), "GET", "/openapi.json")).json()
    own = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    lines = [line for line in routes() if (line.method, line.path.removeprefix("/api")) in own] + inside()
    for role in (*ROLES, None):
        granted = permissions_of(role) if role else frozenset()
        token = intruder.token_for(service, granted) if role else None
        base = intruder.service(service)
        found = await asyncio.gather(
            *(ask(intruder, base, line, filled(line.path.removeprefix("/api")), token) for line in lines)
        )
        kept_out = "403 permission-missing" if role else "401 token-missing"
        meant = ["in" if role and may(role, line.right) else kept_out for line in lines]
        assert _differing(lines, found, meant) == [], role


def _differing(lines: list[Line], found: Iterable[str], meant: Iterable[str]) -> list[str]:
    return [
        f"{line.method} {line.path} ({line.right}): {got}, not {due}"
        for line, got, due in zip(lines, found, meant, strict=True)
        if got != due
    ]
