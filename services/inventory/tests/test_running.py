"""The service as it runs: its three roles as processes, on real Kafka and PostgreSQL."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from uuid import uuid4

import pytest
from warehouse_floor import Floor

from chassis.testing import Broker, Harness
from contracts import Actor, Event, Meta, to_headers
from contracts.inventory.v1 import StockChanged, StockReserved
from inventory.main import service

pytestmark = [pytest.mark.connected, pytest.mark.slow]


@asynccontextmanager
async def running(database_url: str, broker: Broker, log: Path) -> AsyncIterator[None]:
    """``python -m inventory all``, asked to stop at the end."""
    sockets = [create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    given = broker.settings | {"database_url": database_url}
    given |= dict(zip(("http_port", "consume_port", "relay_port"), ports, strict=True))
    told = {f"INVENTORY_{name.upper()}": str(value) for name, value in given.items() if value is not None}
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "inventory", "all", env=os.environ | told | path, stdout=out, stderr=out
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0


def record(event: Event) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    now = datetime.now(UTC)
    meta = Meta(
        id=str(uuid4()),
        type=event.type_name(),
        source="orders",
        time=now,
        occurred_at=now,
        actor=Actor.system("test"),
        subject=event.key,
        sequence=1,
        correlation_id=event.correlation_id,
    )
    return event.key.encode(), event.model_dump_json().encode(), to_headers(meta)


@pytest.mark.capability("INV-05", "INV-04")
async def test_a_confirmed_order_on_kafka_is_answered_on_kafka(
    database_for: Callable[[str], Awaitable[str]], kafka: Broker, tmp_path: Path
) -> None:
    said = [family.topic for family in service.published()]
    await kafka.make(*said, "orders.order.v1", "shipping.shipment.v1", "gateway.identity.v1")
    url = await database_for("inventory")
    async with Harness.running(service, url) as harness:
        floor = Floor(harness)
        await floor.has({"A": 5})
        await harness.forget_published()
        order = floor.order({"A": 2})
    async with running(url, kafka, tmp_path / "inventory.log"):
        await kafka.write("orders.order.v1", [record(order.confirmed())])
        (answer,) = await kafka.read("inventory.fulfilment.v1", at_least=1, within=90)
        reserved = StockReserved.model_validate_json(answer.value or b"")
        assert (reserved.order_id, reserved.location_id) == (order.id, "KHO")
        told = await kafka.read("inventory.stock.v1", at_least=1, within=90)
        assert StockChanged.model_validate_json(told[-1].value or b"").available in (3, 5)
