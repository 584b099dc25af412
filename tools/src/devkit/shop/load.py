"""Loads the demo shop into a running platform. Again and again is as good as once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devkit.gateway_client import Gateway, Refused
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
        _await_routes(home, [NEEDED[service] for service in missing])
        for count, service in enumerate(missing, start=1):
            LOADERS[service](home)
            heard(count, len(missing))
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


def _await_routes(home: Home, paths: list[str]) -> None:
    """The gateway learns routes from the services; it may need a moment after the start."""
    deadline = time.monotonic() + PATIENCE
    with Gateway(home, "admin") as gateway:
        while absent := [path for path in paths if path not in gateway.get("/api/openapi.json")["paths"]]:
            if time.monotonic() > deadline:
                raise Trouble(f"The gateway does not know {absent[0]}: look at `./dev logs gateway`.")
            time.sleep(0.2)


def _people(home: Home) -> None:
    with Gateway(home, "admin") as gateway:
        for person in people():
            body = {
                "login": person.login, "name": person.name, "roles": [person.role], "stores": list(person.stores),
                "password": home.secret(f"user {person.login}"),
            }  # fmt: skip
            _make(gateway, "/api/users", body)


def _goods(home: Home) -> None:
    with Gateway(home, "warehouse") as gateway:
        arriving: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for product in products():
            body = {
                "sku": product.sku, "name": product.name, "barcode": product.barcode, "weight_g": product.weight_g,
                "price": {"amount": product.price}, "vat_rate_bp": 800, "design": product.design,
                "colour": product.colour, "size": product.size,
            }  # fmt: skip
            _make(gateway, "/api/inventory/products", body)
            for location, quantity in product.stock.items():
                arriving[location].append({"sku": product.sku, "quantity": quantity, "unit_cost": product.cost})
        for location, lines in arriving.items():
            receipt = {
                "document": f"PN-MO-{location}", "supplier": "May Sông Hồng", "location_id": location, "lines": lines,
            }  # fmt: skip
            gateway.post("/api/inventory/receipts", receipt, key=f"shop-{location}")


def _carriers(home: Home) -> None:
    with Gateway(home, "director") as gateway:
        for carrier in carriers():
            _make(gateway, "/api/shipping/carriers", carrier)


def _make(gateway: Gateway, path: str, body: dict[str, Any]) -> None:
    try:
        gateway.post(path, body)
    except Refused as refusal:
        if refusal.status != TAKEN:
            raise


LOADERS: dict[str, Callable[[Home], None]] = {"gateway": _people, "inventory": _goods, "shipping": _carriers}
