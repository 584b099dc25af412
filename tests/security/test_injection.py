"""A corpus of hostile text through every text that any operation takes: in the body, the address and the query."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hostile import CORPUS, MARK, bodies, example_of
from intruder import Intruder
from paper import ROLES, may
from shop import Shop, Stack

NOBODY = "01980000-0000-7000-8000-000000000000"
ENDS_ITSELF = ("/api/auth/logout", "/api/me/password", "/api/events")
SHARE = 4
"""Each text goes to every fourth place, so that each place gets every fourth text; all of all would take minutes."""
PATIENCE = 60.0
"""Seconds after which hostile text has held an answer up."""


@dataclass(frozen=True)
class Call:
    """One request with one hostile text in it."""

    method: str
    path: str
    role: str
    where: str
    body: Any = None


def role_for(right: str) -> str | None:
    """Somebody who gets as far as the text; the one with the most rights, so that nothing stops it before."""
    able = [role for role in ("DIR", "LEAD", "ADMIN", *ROLES) if may(role, right)]
    return able[0] if able else None


def calls(document: Mapping[str, Any], name: str) -> Iterator[Call]:
    text = CORPUS[name]
    encoded = quote(text.encode("utf-8", "surrogatepass"), safe="")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            role = role_for(operation["x-permission"])
            if path in ENDS_ITSELF or role is None:
                continue
            plain = re.sub(r"\{[^}]+\}", NOBODY, path)
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and len(encoded) < 2000:
                    yield Call(method, re.sub(r"\{[^}]+\}", encoded, path, count=1), role, parameter["name"])
                elif parameter["in"] == "query":
                    yield Call(method, f"{plain}?{parameter['name']}={encoded[:8000]}", role, parameter["name"])
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                example = example_of(content["schema"], document)
                for number, body in enumerate(bodies(example, text)):
                    yield Call(method, plain, role, f"body {number}", body)


async def sent(intruder: Intruder, call: Call, tokens: Mapping[str, str]) -> httpx2.Response:
    token = tokens[call.role] if "/auth/" not in call.path else None
    async with asyncio.timeout(PATIENCE):
        return await intruder.ask(intruder.gateway, call.method.upper(), call.path, token=token, body=call.body)


def complaint(call: Call, answer: httpx2.Response) -> str | None:
    """What is wrong with an answer to hostile text; None if nothing is."""
    told = f"{call.method} {call.path[:120]} ({call.where}): {answer.status_code} {answer.text[:300]!r}"
    if answer.status_code >= 500:
        return told
    if answer.status_code >= 400 and answer.headers.get("content-type") != "application/problem+json":
        return told
    if any(sign in answer.text for sign in ("Traceback", "asyncpg", "sqlalchemy", "syntax error", "site-packages")):
        return told
    return None


@pytest.mark.deep
@pytest.mark.parametrize("name", CORPUS)
async def test_hostile_text_is_refused_or_kept_as_it_is(
    intruder: Intruder, tokens: Mapping[str, str], name: str
) -> None:
    document = (await intruder.ask(intruder.gateway, "GET", "/api/openapi.json")).json()
    asked = list(calls(document, name))[list(CORPUS).index(name) % SHARE :: SHARE]
    assert len(asked) > 50
    answers = await asyncio.gather(*(sent(intruder, call, tokens) for call in asked))
    wrong = [said for call, answer in zip(asked, answers, strict=True) if (said := complaint(call, answer))]
    assert wrong == []


def lines_of(stack: Stack) -> Iterable[tuple[str, str]]:
    for file in stack.home.run.glob("*.log"):
        if file.stem.split("-")[0] in ("kafka", "postgres", "zipkin", "otlp"):
            continue
        for line in file.read_bytes().split(b"\n"):
            yield file.stem, line.decode()


async def test_no_text_of_a_caller_becomes_a_line_of_a_log(
    stack: Stack, intruder: Intruder, tokens: Mapping[str, str]
) -> None:
    """Each line of a log is one entry of ours, whatever was sent."""
    for text in (CORPUS["second line"], CORPUS["carriage return"], CORPUS["line separators"], CORPUS["escape"]):
        body = {"user": text, "password": text}
        await intruder.ask(intruder.gateway, "POST", "/api/auth/token", body=body)
        encoded = quote(text, safe="")
        await intruder.ask(intruder.gateway, "GET", f"/api/orders?q={encoded}", token=tokens["SAL"])
    for name, line in lines_of(stack):
        if line.startswith("{"):
            entry = json.loads(line)
            assert entry.get("event") != MARK, name
        assert not line.startswith(MARK), name
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]", line), f"{name}: {line[:300]!r}"


async def test_what_is_kept_comes_back_as_it_was(shop: Shop) -> None:
    """Storable text is not changed on its way in or out, and finds only itself."""
    sku = await shop.product()
    for name in ("quote", "statement", "right to left", "percent", "braces", "markup", "wildcards", "wide"):
        text = CORPUS[name][:60]
        body = shop.order_body({sku: 1}, channel="website")
        body["contact"]["name"] = text
        order = await shop.sales.post("/api/orders", body)
        assert (await shop.order(order))["contact"]["name"] == text, name
    found = await shop.sales.get("/api/orders", q="%' OR 'zzz'='zzz' --")  # no order has a word that begins with zzz
    assert found["items"] == []
