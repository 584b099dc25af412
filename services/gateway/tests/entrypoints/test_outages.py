"""What goes on while the database is away, and while a service says nothing at all."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from chassis.testing import eventually
from chassis.testing.proxy import Wire
from gateway.adapters import documents

pytestmark = pytest.mark.connected


async def test_who_is_signed_in_works_on_without_the_database(
    gateway_for: Any, stand_in: Any, database_for: Any, stack: Any
) -> None:
    url = urlsplit(await database_for("gateway"))
    wire = Wire(url.hostname or "", url.port or 0)
    await wire.mend()
    stack.push_async_callback(wire.cut)
    cuttable = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{wire.port}")).geturl()
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    gateway = await gateway_for(orders, database=cuttable)
    known, unknown = await gateway.as_("SAL"), await gateway.as_("SAL")
    assert (await known.get("/api/orders")).status_code == 200
    await wire.cut()
    for _ in range(5):
        assert (await known.get("/api/orders")).status_code == 200
    told = await unknown.get("/api/orders")
    assert (told.status_code, told.json()["code"]) == (503, "database-away")
    assert int(told.headers["retry-after"]) >= 1
    sign_in = await gateway.client().post("/api/auth/token", json={"user": "x", "password": "y"})
    assert (sign_in.status_code, sign_in.json()["code"]) == (503, "database-away")
    await wire.mend()

    async def is_back() -> bool:
        return (await unknown.get("/api/orders")).status_code == 200

    await eventually(is_back, within=15)


async def test_a_gateway_starts_with_database_and_services_absent(gateway_for: Any) -> None:
    gateway = await gateway_for(database="postgresql://x:y@127.0.0.1:9/none", away={"orders": "http://127.0.0.1:9"})
    assert (await gateway.client().get("/health/live")).status_code == 200
    assert (await gateway.client().get("/health/ready")).status_code == 503
    assert (await gateway.client().get("/api/docs")).status_code == 200
    health = (await gateway.client().get("/api/health")).json()
    assert health["services"] == {"orders": {"status": "away"}}


async def test_a_service_that_says_nothing_is_noticed_without_any_caller(
    gateway_for: Any, stand_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(documents, "ANSWER_WITHIN", 0.2)
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    gateway = await gateway_for(orders)
    client = await gateway.as_("SAL")
    going = asyncio.Event()
    document = orders.document

    async def frozen(_: Any = None) -> Any:
        await going.wait()
        return 200, document()

    orders._answer = lambda scope, body: frozen()
    circuit = gateway.edge.upstreams["orders"].circuit

    async def noticed() -> bool:
        return bool(circuit.open)

    await eventually(noticed, within=5)
    told = await client.get("/api/orders")  # it would be "service-silent" if it had been asked
    assert (told.status_code, told.json()["code"]) == (503, "service-away")
    del orders._answer
    going.set()

    async def is_back() -> bool:
        return (await client.get("/api/orders")).status_code == 200

    await eventually(is_back, within=10)
