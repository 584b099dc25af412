"""What a service gets of a call, what the caller gets of the answer, and what is never passed on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.testing import eventually
from gateway.entrypoints import proxy

pytestmark = pytest.mark.connected


@pytest.mark.capability("GWC-02")
async def test_a_call_reaches_the_service_as_it_was_made_but_for_its_prefix(gateway: Any) -> None:
    client = await gateway.as_("SAL")
    headers = {"Idempotency-Key": "k1", "If-Match": '"3"', "Accept-Language": "zh", "X-Request-ID": "mine-1"}
    answer = await client.patch("/api/orders/DH%C3%A0?q=%C3%A1o&limit=5", json={"note": "gói quà"}, headers=headers)
    call = answer.json()
    assert (call["method"], call["path"], call["query"]) == ("PATCH", "/orders/DH%C3%A0", "q=%C3%A1o&limit=5")
    assert call["body"].encode("latin-1").decode() == '{"note":"gói quà"}'
    got = call["headers"]
    assert (got["idempotency-key"], got["if-match"], got["accept-language"]) == ("k1", '"3"', "zh")
    assert got["x-request-id"] == answer.headers["x-request-id"] == "mine-1"


async def test_the_service_is_told_who_asks_by_a_token_made_for_it_alone(gateway: Any) -> None:
    client = await gateway.as_("SM", stores=["CH1"])
    call = (await client.get("/api/orders")).json()
    assert (call["who"]["roles"], call["who"]["stores"], call["who"]["kind"]) == (["SM"], ["CH1"], "user")
    assert "bills:write:own" in call["who"]["permissions"]
    assert call["headers"]["authorization"] != client.headers["authorization"]
    again = (await client.get("/api/orders")).json()
    assert again["headers"]["authorization"] == call["headers"]["authorization"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Forwarded-For", "10.0.0.1"), ("X-User", "admin"), ("X-Roles", "ADMIN"), ("Forwarded", "for=1.2.3.4"),
        ("Cookie", "session=1"), ("X-Original-URL", "/users"), ("X-HTTP-Method-Override", "DELETE"),
        ("Proxy-Authorization", "Basic x"), ("Ce-Id", "1"), ("Connection", "x-forwarded-for"),
    ],
)  # fmt: skip
async def test_no_header_can_claim_to_be_somebody(gateway: Any, name: str, value: str) -> None:
    client = await gateway.as_("SAL")
    call = (await client.get("/api/orders", headers={name: value})).json()
    assert call["who"]["roles"] == ["SAL"]
    assert value not in {each for header, each in call["headers"].items() if header != "x-forwarded-for"}
    assert call["headers"]["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize(
    "path",
    [
        "/api/orders/../users", "/api/orders/..%2fusers", "/api//orders", "/api/orders//1", "/api/%6frders",
        "/api/orders/%2e%2e/users", "/api/./orders", "/api/orders/%00", "/api/orders/a%5cb", "/api/orders/%0d%0aX:%20y",
        "/api/orders\\1", "//api/orders", "/api/orders/%252e",
    ],
)  # fmt: skip
async def test_no_trick_with_the_address_is_passed_on(gateway: Any, path: str) -> None:
    before = len(gateway.orders.calls)
    answer = await gateway.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400")
    assert len(gateway.orders.calls) == before


@pytest.mark.parametrize(
    "path", ["/orders", "/settings", "/jobs", "/dead-letters", "/audit", "/openapi.json", "/", "/api"]
)
@pytest.mark.capability("GWC-02")
async def test_what_only_services_ask_each_other_is_not_reachable(gateway: Any, path: str) -> None:
    client = await gateway.as_("ADMIN")
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-route")


async def test_without_a_token_or_the_right_nothing_is_asked_of_the_service(gateway: Any) -> None:
    before = len(gateway.orders.calls)
    stranger = await gateway.client().get("/api/orders")
    assert (stranger.status_code, stranger.json()["code"]) == (401, "token-missing")
    clerk = await (await gateway.as_("HR")).get("/api/orders")
    assert (clerk.status_code, clerk.json()["code"]) == (403, "permission-missing")
    assert "orders:read" in clerk.json()["detail"]
    assert len(gateway.orders.calls) == before


async def test_an_unknown_path_or_method_is_told_apart(gateway: Any) -> None:
    client = await gateway.as_("SAL")
    assert (await client.get("/api/nothing")).status_code == 404
    answer = await client.delete("/api/orders")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_a_public_route_needs_nobody_and_a_signed_in_one_needs_no_right(gateway: Any) -> None:
    call = (await gateway.client().get("/api/orders-open")).json()
    assert "who" not in call
    assert (await (await gateway.as_("HR")).get("/api/orders/1/notes")).status_code == 200
    assert (await gateway.client().get("/api/orders/1/notes")).status_code == 401


async def test_the_answer_comes_back_as_it_is(gateway: Any) -> None:
    async def refused(_: Any) -> tuple[int, Any]:
        return 409, {"code": "cannot-confirm", "detail": "…"}

    gateway.orders.answers["/orders/77"] = refused
    said = {b"etag": b'"5"', b"location": b"/orders/77", b"set-cookie": b"x=1", b"server": b"s"}
    gateway.orders.headers = list(said.items())
    try:
        answer = await (await gateway.as_("SAL")).get("/api/orders/77")
    finally:
        gateway.orders.headers = []
        del gateway.orders.answers["/orders/77"]
    assert (answer.status_code, answer.json()) == (409, {"code": "cannot-confirm", "detail": "…"})
    assert (answer.headers["etag"], answer.headers["location"]) == ('"5"', "/api/orders/77")
    assert {"set-cookie", "server"}.isdisjoint(answer.headers)


async def test_answers_are_dressed_for_browsers_and_no_other_site_may_call(gateway: Any) -> None:
    client = await gateway.as_("SAL")
    answer = await client.get("/api/orders", headers={"Origin": "https://evil.example"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    assert (await client.options("/api/orders", headers=asked)).status_code == 405


async def test_a_site_that_is_named_may_call(gateway_for: Any) -> None:
    gateway = await gateway_for(cors_origins=("https://desk.example",))
    asked = {"Origin": "https://desk.example", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization,idempotency-key"
    answer = await gateway.client().options("/api/me", headers=asked)
    assert answer.headers["access-control-allow-origin"] == "https://desk.example"
    other = await gateway.client().options("/api/me", headers=asked | {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


async def test_a_body_too_large_is_refused_before_or_while_it_flows(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("POST", "/orders", "orders:write"))
    gateway = await gateway_for(orders, largest_body=500_000)
    client = await gateway.as_("SAL")

    async def flowing() -> Any:
        for _ in range(60):
            yield b"x" * 10_000

    announced = await client.post("/api/orders", content=b"x" * 500_001)
    assert (announced.status_code, announced.json()["code"]) == (413, "body-too-large")
    flowed = await client.post("/api/orders", content=flowing())
    assert flowed.status_code == 413
    fits = await client.post("/api/orders", content=b"x" * 500_000)
    assert fits.json()["length"] == 500_000
    assert [call["length"] for call in orders.calls] == [500_000]


async def test_a_long_answer_flows_through(gateway: Any) -> None:
    async def long(_: Any) -> tuple[int, Any]:
        return 200, b"y" * 3_000_000

    gateway.orders.answers["/orders/long"] = long
    answer = await (await gateway.as_("SAL")).get("/api/orders/long")
    assert len(answer.content) == 3_000_000


async def test_a_service_that_is_down_is_told_at_once_and_the_others_answer(gateway_for: Any, stand_in: Any) -> None:
    crm = await stand_in("crm", ("GET", "/crm/customers", "customers:read"))
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    before = await gateway_for(orders, crm)
    gateway = await gateway_for(crm, beside=before, away={"orders": "http://127.0.0.1:9"})
    client = await gateway.as_("SAL")

    async def routes_are_known() -> bool:
        return gateway.edge.directory.knows("orders")

    await eventually(routes_are_known)
    answer = await client.get("/api/orders")
    assert (answer.status_code, answer.json()["code"]) == (503, "service-away")
    assert answer.json()["params"] == {"service": "orders"}
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get("/api/crm/customers")).status_code == 200


async def test_what_one_gateway_has_heard_another_knows_that_cannot_ask(gateway_for: Any, stand_in: Any) -> None:
    cut_off = await gateway_for(away={"orders": "http://127.0.0.1:9"})
    await gateway_for(await stand_in("orders", ("GET", "/orders", "orders:read")), beside=cut_off)

    async def knows_orders() -> bool:
        return cut_off.edge.directory.knows("orders")

    await eventually(knows_orders)


async def test_while_a_service_was_never_heard_of_a_path_may_be_its(gateway_for: Any) -> None:
    gateway = await gateway_for(away={"orders": "http://127.0.0.1:9"})
    answer = await (await gateway.as_("SAL")).get("/api/orders")
    assert (answer.status_code, answer.json()["code"]) == (503, "service-away")


async def test_a_caller_who_stops_sending_is_left_and_the_service_is_not_blamed(
    gateway_for: Any, stand_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(proxy, "CALLER_PATIENCE", 0.3)
    orders = await stand_in("orders", ("POST", "/orders", "orders:write"))
    gateway = await gateway_for(orders)
    token = (await gateway.as_("SAL")).headers["authorization"]
    head = f"POST /api/orders HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: 900000\r\n\r\n"
    for sent in (b"x", b"x" * 600_000):
        answers = await asyncio.gather(*(gateway.raw(head.encode() + sent) for _ in range(4)))
        assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)
    assert not gateway.edge.upstreams["orders"].circuit.open
    assert orders.calls == []


async def test_a_service_that_hangs_never_holds_up_the_others(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    crm = await stand_in("crm", ("GET", "/crm/customers", "customers:read"))
    gateway = await gateway_for(orders, crm, calls_at_once=4, answer_timeout=1.5, poll_seconds=60)
    released = asyncio.Event()

    async def hang(_: Any) -> tuple[int, Any]:
        await released.wait()
        return 200, {}

    orders.answers["/orders"] = hang
    client = await gateway.as_("SAL")
    hanging = [asyncio.create_task(client.get("/api/orders")) for _ in range(20)]
    try:
        assert (await client.get("/api/crm/customers")).status_code == 200
        assert not all(task.done() for task in hanging)
        answers = await asyncio.gather(*hanging)
        codes = {(answer.status_code, answer.json()["code"]) for answer in answers}
        assert codes == {(504, "service-silent"), (503, "service-busy")}
        known = await client.get("/api/orders")  # "service-silent" if it had been asked once more
        assert (known.status_code, known.json()["code"]) == (503, "service-away")
    finally:
        released.set()

    async def is_back() -> bool:
        return (await client.get("/api/orders")).status_code == 200

    await eventually(is_back, within=10)


async def test_a_command_with_a_key_is_sent_again_when_the_connection_breaks(gateway_for: Any, stack: Any) -> None:
    heard: list[bytes] = []

    async def fickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if b"/openapi.json" in request:
            body = b'{"paths":{"/orders":{"post":{"x-permission":"orders:write"}}}}'
        else:
            heard.append(request)
            body = b'{"ok":true}' if len(heard) % 2 == 0 else b""
        if body:
            writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(fickle, "127.0.0.1", 0)
    stack.push_async_callback(server.wait_closed)
    stack.callback(server.close)
    gateway = await gateway_for(away={"orders": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"})
    client = await gateway.as_("SAL")

    async def known() -> bool:
        return gateway.edge.directory.knows("orders")

    await eventually(known)
    with_key = await client.post("/api/orders", json={}, headers={"Idempotency-Key": "k"})
    assert (with_key.status_code, len(heard)) == (200, 2)
    without = await client.post("/api/orders", json={})
    assert (without.status_code, without.json()["code"], len(heard)) == (502, "service-broke-off", 3)


async def test_a_route_that_is_deployed_later_works_without_us(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    gateway = await gateway_for(orders)
    client = await gateway.as_("LEAD")
    assert (await client.post("/api/orders/1/recall")).status_code == 404
    orders.routes.append(("POST", "/orders/{id}/recall", "orders:delete"))

    async def works() -> bool:
        return (await client.post("/api/orders/1/recall")).status_code == 200

    await eventually(works, within=5)
    assert (await (await gateway.as_("SAL")).post("/api/orders/1/recall")).status_code == 403
    document = (await client.get("/api/openapi.json")).json()
    assert document["paths"]["/api/orders/{id}/recall"]["post"]["x-permission"] == "orders:delete"


async def test_calls_are_limited_per_login_and_say_when_to_come_back(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    gateway = await gateway_for(orders, calls_per_second=2)
    eager, other = await gateway.as_("SAL"), await gateway.as_("SAL")
    answers = [await eager.get("/api/orders") for _ in range(40)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert 10 <= len(limited) <= 25
    assert int(limited[0].headers["retry-after"]) >= 1
    assert (await other.get("/api/orders")).status_code == 200


async def test_strangers_are_limited_by_address(gateway_for: Any) -> None:
    gateway = await gateway_for(guest_calls_per_second=1)
    client = gateway.client("no.real.token")
    codes = [(await client.get("/api/me")).status_code for _ in range(20)]
    assert codes[0] == 401
    assert codes[-1] == 429


async def test_behind_proxies_of_ours_the_callers_own_address_counts(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    gateway = await gateway_for(orders, trusted_proxies=("127.0.0.0/8",))
    client = await gateway.as_("SAL")
    call = (await client.get("/api/orders", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})).json()
    assert call["headers"]["x-forwarded-for"] == "203.0.113.9"
