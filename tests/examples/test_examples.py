"""The examples for partners and carriers do what their pages say, with nothing installed but aiokafka."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiokafka
import async_timeout
import cramjam
import packaging
import pytest
import typing_extensions

from chassis.consuming import run_consumers
from chassis.relay import run_relay
from chassis.testing import Broker, Harness
from contracts.inventory.v1 import HeldLine, ParcelPacked, ProductChanged, StockReserved
from contracts.money import Money
from contracts.orders.v1 import OrderConfirmed, OrderLine, PaymentMethod
from contracts.party import Address, Contact

pytestmark = pytest.mark.connected

root = Path(__file__).resolve().parents[2]
examples = root / "examples"
described = root / "libs/contracts/schemas/orders.intake.v1/order.intake.json"
Make = Callable[[str], Awaitable[str]]


@pytest.fixture
def only_aiokafka(tmp_path: Path) -> Path:
    """A folder of packages with aiokafka and what it needs, and nothing else."""
    site = tmp_path / "site"
    site.mkdir()
    for package in (aiokafka, async_timeout, cramjam, packaging, typing_extensions):
        found = Path(str(package.__file__))
        found = found.parent if found.name == "__init__.py" else found
        (site / found.name).symlink_to(found)
    return site


async def run_example(site: Path, script: str, *arguments: Path) -> tuple[int, str]:
    """Exit code and output of an example that sees only the packages in ``site``."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-s", "-P", str(examples / script), *map(str, arguments)),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


@asynccontextmanager
async def at_work(harness: Harness) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(role) for role in (run_consumers(harness.runtime), run_relay(harness.runtime))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def a_door(kafka: Broker, folder: Path, name: str, topic: str, result: str) -> Path:
    """What `./dev partner add` keeps for a partner."""
    access = kafka.access
    door = {
        "name": name,
        "bootstrap": access.bootstrap,
        "security": access.security.upper(),
        "mechanism": "SCRAM-SHA-256",
        "login": access.username,
        "password": access.password,
        "writes": f"{kafka.prefix}{topic}.{name}",
        "reads": f"{kafka.prefix}{result}.{name}",
    }
    await kafka.make(f"{topic}.{name}", f"{result}.{name}")
    file = folder / f"{name}.json"
    file.write_text(json.dumps(door))
    return file


async def test_a_partner_hands_an_order_in_and_reads_the_answer(
    database_for: Make, kafka: Broker, only_aiokafka: Path, tmp_path: Path
) -> None:
    from orders.main import service

    door = await a_door(kafka, tmp_path, "acme", "orders.intake.v1", "orders.intake-result.v1")
    order = Path(shutil.copy(examples / "partner" / "order.json", tmp_path / "order.json"))

    async with Harness.running(service, await database_for("orders"), **kafka.settings) as harness:
        await harness.receives(ProductChanged(sku="AO-L", name="Áo L", price=Money(amount=150_000)))
        async with at_work(harness):
            code, told = await run_example(only_aiokafka, "partner/hand_in.py", door, described, order)
            assert code == 0, told
            again, repeated = await run_example(only_aiokafka, "partner/hand_in.py", door, described, order)
            assert (again, json.loads(repeated)["order_id"]) == (0, json.loads(told)["order_id"])

            ask_for_what_nobody_sells(order)
            code, told = await run_example(only_aiokafka, "partner/hand_in.py", door, described, order)
            assert (code, json.loads(told)["accepted"]) == (1, False)
            assert [reason["pointer"] for reason in json.loads(told)["reasons"]] == ["/lines/0/sku"]
        rows = await harness.rows("SELECT count(*) AS n FROM orders")
        assert rows[0]["n"] == 1


def ask_for_what_nobody_sells(order: Path) -> None:
    wrong = json.loads(order.read_text()) | {"external_id": "ACME-2", "lines": [{"sku": "X", "quantity": 1}]}
    order.write_text(json.dumps(wrong))


async def test_a_carrier_reports_scans_and_reads_what_became_of_them(
    database_for: Make, kafka: Broker, only_aiokafka: Path, tmp_path: Path
) -> None:
    from shipping.main import service

    door = await a_door(kafka, tmp_path, "ghn", "shipping.carrier-scan.v1", "shipping.carrier-scan-result.v1")
    async with Harness.running(service, await database_for("shipping"), **kafka.settings) as harness:
        tracking = await handed_over(harness)
        scans = tmp_path / "scans.csv"
        with scans.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(["tracking", "status", "at", "place", "reason"])
            table.writerow([tracking, "Giao thành công", harness.now.isoformat(), "Dĩ An", ""])
            table.writerow(["KHONG-CO", "delivered", harness.now.isoformat(), "", ""])
            table.writerow([tracking, "delivered", "2999-01-01T00:00:00Z", "", ""])
        async with at_work(harness):
            code, told = await run_example(only_aiokafka, "carrier/report_scans.py", door, scans)
        lines = told.splitlines()
        assert code == 1, told
        assert lines[:2] == [f"{tracking} applied", "KHONG-CO kept"]
        assert lines[2].startswith(f"{tracking} refused")
        rows = await harness.rows("SELECT status FROM shipments")
        assert [row["status"] for row in rows] == ["delivered"]


async def handed_over(harness: Harness) -> str:
    """The tracking number of a parcel that the carrier ``ghn`` has taken over."""
    client = harness.client(permissions=["carriers:write", "waybills:write"])
    carrier: dict[str, Any] = {
        "id": "ghn",
        "name": "GHN",
        "services": [{"code": "standard", "name": "Chuẩn", "zones": [{"first_fee": 30_000}]}],
        "ranges": [{"prefix": "GHN", "width": 9, "first": 1, "last": 9}],
        "status_map": {"Giao thành công": "delivered"},
    }
    assert (await client.post("/shipping/carriers", json=carrier)).status_code == 201
    order_id, line_id = uuid4(), uuid4()
    address = Address(street="12 Lê Lợi", ward="Sài Gòn", province="TP.HCM")
    line = OrderLine(
        line_id=line_id,
        sku="AO-L",
        name="Áo L",
        quantity=1,
        unit_price=Money(amount=150_000),
        amount=Money(amount=150_000),
    )
    held = (HeldLine(line_id=line_id, sku="AO-L", quantity=1),)
    await harness.receives(
        OrderConfirmed(
            order_id=order_id,
            code="DH2511220001",
            channel="website",
            source="web",
            contact=Contact(name="Hoa", phone="+84901234567", address=address),
            lines=(line,),
            freight=Money(amount=0),
            discount=Money(amount=0),
            total=Money(amount=150_000),
            paid=Money(amount=0),
            cod=Money(amount=150_000),
            payment=PaymentMethod.COD,
            placed_at=harness.now,
            confirmed_at=harness.now,
        )
    )
    await harness.receives(StockReserved(order_id=order_id, location_id="KHO", lines=held))
    await harness.receives(
        ParcelPacked(
            order_id=order_id, parcel_id=uuid4(), location_id="KHO", lines=held, weight_g=400, expected_weight_g=380
        )
    )
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()
    signed = await client.post(f"/shipping/manifests/{draft['id']}/sign", json={"received_by": "Bình"})
    tracking: str = signed.json()["parcels"][0]["tracking"]
    return tracking
