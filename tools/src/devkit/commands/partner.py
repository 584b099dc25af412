"""``./dev partner``: doors for integrations."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from devkit.stack.components import find
from devkit.stack.home import Home
from devkit.stack.partners import DOORS, add_partner, partners, remove_partner
from devkit.steps import console
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Doors for integrations: topics, a login, rights and a quota each.")
    group.command()(add)
    group.command("list")(listed)
    group.command()(remove)
    app.add_typer(group, name="partner")


def add(
    name: Annotated[str, typer.Argument(help="Small letters, digits, hyphens; for scans the carrier's code.")],
    *,
    door: Annotated[str, typer.Option(help=f"What it hands in: {' or '.join(DOORS)}.")] = "orders",
    quota: Annotated[int, typer.Option(help="Bytes per second it may send, and fetch.")] = 1_000_000,
) -> None:
    """Open a door. Calling it again shows the same door."""
    home = _running()
    with console.status("Opening the door ..."):
        partner = add_partner(home, name, door, quota)
    table = Table(box=None, show_header=False, pad_edge=False)
    for what, value in (
        ("bootstrap", partner.bootstrap),
        ("login", partner.login),
        ("password", partner.password),
        ("security", f"{partner.security}, {partner.mechanism}"),
        ("writes to", partner.writes),
        ("reads answers from", partner.reads),
        ("may also read", ", ".join(partner.public)),
        ("consumer groups", f"{partner.group_prefix}*"),
        ("quota", f"{partner.bytes_per_second:,} bytes/s"),
        ("kept in", str(home.folder / "partners" / f"{name}.{door}.json")),
    ):
        table.add_row(f"[bold]{what}[/]", value)
    console.print(table)


def listed() -> None:
    """All open doors."""
    table = Table(box=None, pad_edge=False)
    for column in ("partner", "door", "writes to", "reads answers from"):
        table.add_column(column)
    for partner in partners(Home.here()):
        table.add_row(partner.name, partner.door, partner.writes, partner.reads)
    console.print(table)


def remove(name: str) -> None:
    """Close a partner's doors; its login may do nothing any more."""
    remove_partner(_running(), name)
    console.print(f"The doors of {name} are closed.")


def _running() -> Home:
    home = Home.here()
    if not any(component.runs for component in find(home, "kafka")):
        raise Trouble("Kafka does not run: start it with `./dev up`.")
    return home
