"""What reaches a service through the gateway, and what it costs to try: addresses, headers, bodies, patience."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping

import pytest
from intruder import Intruder
from paper import SERVICES

TRICKS = (
    "/api/orders/../users", "/api/orders/%2e%2e/users", "/api/orders/%2E%2E/users", "/api/orders/.%2e/users",
    "/api//users", "//api/users", "/api/orders%2f..%2fusers", "/api/orders/..%2fusers", "/api/orders%00", "/api/%00",
    "/api/orders/%252e%252e/users", "/api/orders;/../users", "/api/orders/..;/users", "/api\\users", "/api/%5cusers",
    "/api/or%64ers", "/api/orders/%0d%0aX-Roles:%20ADMIN", "/api/./users", "/api/orders/.", "/api/orders/..",
    "/../api/users", "/api/settings/..%2f..%2forders", "/api/../metrics", "/api/../health/ready", "/openapi.json",
    "/settings", "/jobs", "/dead-letters", "/orders", "/chassis", "/docs", "/api/health/../metrics", "/%61pi/users",
)  # fmt: skip
"""Addresses that two readers could take for two things, or that only services ask each other for."""


def head(raw: bytes) -> tuple[int, str]:
    """Status of an answer, and what follows."""
    line, _, rest = raw.partition(b"\r\n")
    return int(line.split()[1]) if line else 0, rest.decode("latin-1")


def asks(target: str, token: str, *headers: str, body: bytes = b"", method: str = "GET") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: shop", f"Authorization: Bearer {token}", "Connection: close"]
    if body and not any(each.lower().startswith(("content-length", "transfer-encoding")) for each in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body


@pytest.mark.parametrize("target", TRICKS)
async def test_no_address_leads_past_the_table_of_routes(
    intruder: Intruder, tokens: Mapping[str, str], target: str
) -> None:
    for role in ("SAL", "ADMIN"):
        status, rest = head(await intruder.raw(asks(target, tokens[role])))
        assert status in (400, 404), f"{status} {rest[:300]}"


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/api/orders", "http://metadata.internal/", "https://shop/api/users", "shop:80", "*"]
)
async def test_the_gateway_is_nobodys_proxy(intruder: Intruder, tokens: Mapping[str, str], target: str) -> None:
    status, rest = head(await intruder.raw(asks(target, tokens["SAL"])))
    assert status in (200, 400, 403, 404), rest[:300]
    if status == 200:  # an absolute address of our own route means our own route, with the caller's own rights
        assert target.endswith("/api/orders")


async def test_an_address_has_an_end(intruder: Intruder, tokens: Mapping[str, str]) -> None:
    for target in ("/api/orders/" + "a" * 8000, "/api/orders?q=" + "a" * 60_000, "/api/" + "a/" * 4000):
        status, rest = head(await intruder.raw(asks(target, tokens["SAL"])))
        assert status in (400, 404, 414, 422, 431), rest[:300]


SMUGGLED = b"GET /api/users HTTP/1.1\r\nHost: shop\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (("Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + SMUGGLED),
        (("Transfer-Encoding: chunked", "Content-Length: 5"), b"0\r\n\r\n" + SMUGGLED),
        (("Content-Length: 0", f"Content-Length: {len(SMUGGLED)}"), SMUGGLED),
        (("Content-Length: +0",), SMUGGLED),
        (("Content-Length: 0x0",), SMUGGLED),
        (("Content-Length : 0",), SMUGGLED),
        (("Transfer-Encoding : chunked",), b"0\r\n\r\n" + SMUGGLED),
        (("Transfer-Encoding: xchunked",), b"0\r\n\r\n" + SMUGGLED),
        (("Transfer-Encoding: chunked, identity",), b"0\r\n\r\n" + SMUGGLED),
        (("Transfer-Encoding:\x0bchunked",), b"0\r\n\r\n" + SMUGGLED),
        (("X: a\x00b",), b""),
        (("X: a\nContent-Length: 0\n\nGET /api/users HTTP/1.1",), b""),
        ((" folded: yes",), b""),
    ],
)
async def test_a_request_holds_no_second_one(
    intruder: Intruder, tokens: Mapping[str, str], headers: tuple[str, ...], body: bytes
) -> None:
    """Two readers who end a request at different places would let a second one through in somebody else's name."""
    raw = await intruder.raw(asks("/api/shipping/quotes", tokens["SAL"], *headers, body=body, method="POST"))
    assert raw.count(b"HTTP/1.1 ") <= 1
    assert b'"login"' not in raw
    assert head(raw)[0] in (0, 400, 408, 411, 413, 415, 422, 501), raw[:300]


CLAIMS = {
    "X-User": "admin", "X-Forwarded-User": "admin", "X-Roles": "ADMIN", "X-Permissions": "users:write",
    "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Original-URL": "/api/users",
    "X-Rewrite-URL": "/api/users", "X-HTTP-Method-Override": "DELETE", "X-Forwarded-Prefix": "/api/users",
    "Authorization2": "Bearer x", "Gateway-Inside": "1", "Cookie": "session=admin", "Host": "orders",
    "Via": "gateway", "Traceparent": "00-" + "0" * 32 + "-" + "0" * 16 + "-01",
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
async def test_no_header_makes_somebody_of_somebody_else(
    intruder: Intruder, tokens: Mapping[str, str], name: str
) -> None:
    claimed = {name: CLAIMS[name]}
    assert (await intruder.ask(intruder.gateway, "GET", "/api/users", headers=claimed)).status_code == 401
    mine = await intruder.ask(intruder.gateway, "GET", "/api/users", token=tokens["SAL"], headers=claimed)
    assert mine.status_code == 403
    quotes = await intruder.ask(intruder.gateway, "GET", "/api/orders", token=tokens["SAL"], headers=claimed)
    assert quotes.status_code == 200


@pytest.mark.parametrize("service", [None, *SERVICES])
async def test_a_body_too_large_is_refused_announced_or_not(
    intruder: Intruder, tokens: Mapping[str, str], service: str | None
) -> None:
    base = intruder.service(service) if service else intruder.gateway
    path = "/settings/none" if service else "/api/orders"
    token = intruder.token_for(service, ["settings:write"]) if service else tokens["SAL"]
    method = "PATCH" if service else "POST"
    announced = asks(path, token, "Content-Type: application/json", "Content-Length: 99999999999", method=method)
    status, rest = head(await intruder.raw(announced + b"{", base))
    assert status in (408, 413), rest[:300]
    chunk = b"%x\r\n%b\r\n" % (1 << 20, b" " * (1 << 20))
    flowing = asks(path, token, "Content-Type: application/json", "Transfer-Encoding: chunked", method=method)
    status, rest = head(await intruder.raw(flowing + chunk * 12 + b"0\r\n\r\n", base, enough=b"\r\n\r\n"))
    assert status in (0, 413), rest[:300]  # 0: hung up on before all of it was sent


@pytest.mark.slow
async def test_who_dawdles_is_left_and_holds_nobody_up(intruder: Intruder, tokens: Mapping[str, str]) -> None:
    """300 callers who never end their request; everybody else is served as ever, and after a while they are gone."""
    crowd = await asyncio.gather(*(_dawdling(intruder, b"GET /api/orders HTTP/1.1\r\nX-") for _ in range(150)))
    token = tokens["SAL"].encode()
    begun = (
        b"POST /api/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + b"\r\nContent-Length: 90\r\n\r\n{"
    )
    crowd += await asyncio.gather(*(_dawdling(intruder, begun) for _ in range(150)))
    try:
        began = time.monotonic()
        answers = await asyncio.gather(
            *(intruder.ask(intruder.gateway, "GET", "/api/orders", token=tokens["SAL"]) for _ in range(50))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert time.monotonic() - began < 15
        async with asyncio.timeout(60):
            ends = await asyncio.gather(*(reader.read(100) for reader, _ in crowd))
        assert all(end == b"" or end.startswith(b"HTTP/1.1 408") for end in ends)
    finally:
        for _, writer in crowd:
            writer.close()


async def _dawdling(intruder: Intruder, begun: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", intruder.home.ports.api("gateway"))
    writer.write(begun)
    await writer.drain()
    return reader, writer


async def test_no_page_of_another_site_is_answered_to(intruder: Intruder) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await intruder.ask(intruder.gateway, "OPTIONS", "/api/orders", headers=asked)
    assert "access-control-allow-origin" not in answer.headers


async def test_a_fault_tells_nothing_of_itself(intruder: Intruder, tokens: Mapping[str, str]) -> None:
    """Whatever is refused, the answer names neither a file, nor a statement, nor a version of ours."""
    bad = ["'", "a" * 300, "\u202e", "%", "{{7*7}}", "${jndi:ldap://x}", "-1", "1e999"]
    for text in bad:
        answer = await intruder.ask(
            intruder.gateway,
            "POST",
            "/api/orders",
            token=tokens["SAL"],
            body={"lines": [{"sku": text}], "source": text},
        )
        assert answer.status_code == 422
        told = json.dumps(answer.json()) + str(answer.headers)
        for leak in ("Traceback", "sqlalchemy", "asyncpg", "SELECT", "/src/", "uvicorn", "psycopg", "site-packages"):
            assert leak not in told
