"""``./dev consumer``: who reads which topic, and reading a copy again from the beginning."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer
from rich.table import Table

from devkit.service_client import ask
from devkit.stack.home import Home
from devkit.steps import console
from devkit.trouble import Trouble
from devkit.workspace import GATEWAY

READ, WRITE = "jobs:read", "jobs:write"
PATIENCE = 600.0


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Who reads which topic; rebuild a copy from its topic.")
    group.command("list")(listed)
    group.command()(rebuild)
    app.add_typer(group, name="consumer")


def listed() -> None:
    """Every consumer, copy and door of every service."""
    home = Home.here()
    table = Table(box=None, pad_edge=False)
    for column in ("name", "kind", "topic", "events behind it", "rebuild"):
        table.add_column(column)
    for service in filter(GATEWAY.__ne__, home.plan.services):  # it tells nobody how it reads
        for reader in _readers(home, service):
            passed = sum(position["next_offset"] for position in reader["positions"])
            name = f"{service}.{reader['name']}"
            table.add_row(name, reader["kind"], reader["topic"], f"{passed:,}", reader["rebuild"] or "")
    console.print(table)


def rebuild(
    name: Annotated[str, typer.Argument(metavar="SERVICE.NAME", help="e.g. orders.products; see `consumer list`.")],
) -> None:
    """Read a copy again from the beginning of its topic. It stays in use meanwhile."""
    home = Home.here()
    service, _, copy = name.partition(".")
    if not copy or service not in home.plan.services:
        raise Trouble(f"{name!r} names no copy: `./dev consumer list` names all, e.g. orders.products.")
    ask(home, service, "POST", f"/consumers/{copy}/rebuild", WRITE)
    deadline = time.monotonic() + PATIENCE
    with console.status(f"{name} is read again ..."):
        while (state := _state(home, service, copy)) != "done":
            if time.monotonic() > deadline:
                raise Trouble(f"The rebuild of {name} is still {state}: look at `./dev logs {service}`.")
            time.sleep(0.3)
    console.print(f"{name} is as its topic says.")


def _state(home: Home, service: str, copy: str) -> str | None:
    return next((reader["rebuild"] for reader in _readers(home, service) if reader["name"] == copy), None)


def _readers(home: Home, service: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ask(home, service, "GET", "/consumers", READ)["items"]
    return items
