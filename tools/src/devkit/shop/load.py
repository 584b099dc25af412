"""Loads the demo shop into a running platform. Again and again is as good as once."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from devkit.caller import Caller, Refused
from devkit.shop.wares import carriers, people, products
from devkit.stack.home import Home, write_private
from devkit.steps import Steps
from devkit.trouble import Trouble

NEEDED = {
    "gateway": "/api/users",
    "inventory": "/api/inventory/receipts",
    "shipping": "/api/shipping/carriers",
}
TAKEN = 409
PATIENCE = 60.0


def load_once(home: Home, steps: Steps) -> None:
    """Load what the started services can take, unless it was loaded into this very data before."""
    loaded = _loaded(home)
    missing = [service for service in NEEDED if service in home.plan.services and service not in loaded]
    if not missing:
        return
    with steps.step("Demo shop") as heard:
        asyncio.run(_load(home, missing, heard))
    write_private(_record(home), " ".join([_cluster(home), *loaded, *missing]))


def is_loaded(home: Home) -> bool:
    """Whether the people of the shop can log in."""
    return "gateway" in _loaded(home)


def _loaded(home: Home) -> list[str]:
    try:
        cluster, *loaded = _record(home).read_text().split()
        return loaded if cluster == _cluster(home) else []
    except (FileNotFoundError, ValueError):
        return []


def _cluster(home: Home) -> str:
    """Another one when the data was made anew."""
    return str((home.folder / "postgres" / "data" / "PG_VERSION").stat().st_mtime_ns)


def _record(home: Home) -> Path:
    return home.folder / "shop.loaded"


async def _load(home: Home, services: list[str], heard: Callable[[int, int], None]) -> None:
    async with Caller.of(home, "admin") as admin:
        await _await_routes(admin, [NEEDED[service] for service in services])
    for count, service in enumerate(services, start=1):
        await LOADERS[service](home)
        heard(count, len(services))


async def _await_routes(admin: Caller, paths: list[str]) -> None:
    """The gateway learns routes from the services; it may need a moment after the start."""
    deadline = time.monotonic() + PATIENCE
    while absent := set(paths) - (await admin.get("/api/openapi.json"))["paths"].keys():
        if time.monotonic() > deadline:
            raise Trouble(f"The gateway does not know {min(absent)}: look at `./dev logs gateway`.")
        await asyncio.sleep(0.2)


async def _people(home: Home) -> None:
    async with Caller.of(home, "admin") as admin, asyncio.TaskGroup() as together:
        for person in people():
            body = {
                "login": person.login, "name": person.name, "roles": [person.role], "stores": list(person.stores),
                "password": home.secret(f"user {person.login}"),
            }  # fmt: skip
            together.create_task(_make(admin, "/api/users", body))


async def _goods(home: Home) -> None:
    arriving: dict[str, list[dict[str, Any]]] = defaultdict(list)
    async with Caller.of(home, "warehouse") as warehouse:
        async with asyncio.TaskGroup() as together:
            for product in products():
                body = {
                    "sku": product.sku, "name": product.name, "barcode": product.barcode,
                    "weight_g": product.weight_g, "price": {"amount": product.price}, "vat_rate_bp": 800,
                    "design": product.design, "colour": product.colour, "size": product.size,
                }  # fmt: skip
                together.create_task(_make(warehouse, "/api/inventory/products", body))
                for location, quantity in product.stock.items():
                    arriving[location].append({"sku": product.sku, "quantity": quantity, "unit_cost": product.cost})
        for location, lines in arriving.items():
            receipt = {
                "document": f"PN-MO-{location}", "supplier": "May Sông Hồng", "location_id": location, "lines": lines,
            }  # fmt: skip
            await warehouse.post("/api/inventory/receipts", receipt)


async def _carriers(home: Home) -> None:
    async with Caller.of(home, "director") as director:
        for carrier in carriers():
            await _make(director, "/api/shipping/carriers", carrier)


async def _make(caller: Caller, path: str, body: dict[str, Any]) -> None:
    try:
        await caller.post(path, body)
    except Refused as refusal:
        if refusal.status != TAKEN:
            raise


LOADERS: dict[str, Callable[[Home], Awaitable[None]]] = {"gateway": _people, "inventory": _goods, "shipping": _carriers}
