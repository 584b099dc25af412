"""``./dev status``: what runs, whether it is ready, what waits in it, and how often it had to be started again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import typer
from rich.table import Table

from devkit.stack import pause
from devkit.stack.components import Component, components
from devkit.stack.essentials import essentials_of
from devkit.stack.health import health_of
from devkit.stack.home import Home
from devkit.stack.supervisor import daemon_of, restarts
from devkit.stack.usage import memory_of
from devkit.steps import console

MB = 1024 * 1024


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say what runs. Exit code 0 when all is ready, 1 otherwise."""
    home = Home.here()
    found = describe(home)
    if as_json:
        console.print_json(json.dumps(found))
    else:
        _print(found)
    raise typer.Exit(0 if found["ready"] else 1)


def describe(home: Home) -> dict[str, Any]:
    """The state of every process of the stack, as JSON types; memory is that of a process and its roles (PSS)."""
    again = restarts(home)
    parts = components(home)
    with ThreadPoolExecutor(max(1, len(parts))) as pool:
        rows = list(pool.map(lambda part: _row(home, part, again.get(part.name, 0)), parts))
    supervised = daemon_of(home).find() is not None
    return {
        "supervised": supervised,
        "ready": supervised and all(row["state"] == "ready" for row in rows if row["kind"] != "tracing"),
        "gateway": home.gateway_url,
        "processes": rows,
    }


def _row(home: Home, part: Component, again: int) -> dict[str, Any]:
    running = part.daemon.find()
    row: dict[str, Any] = {
        "name": part.name,
        "kind": part.kind,
        "state": "stopped by hand" if pause.paused(home, part.name) else "not running",
        "pid": running.pid if running else None,
        "memory_mb": round(memory_of(running.pid) / MB, 1) if running else None,
        "ports": list(part.ports),
        "restarts": again,
    }
    if running:
        row["state"] = "ready"
        if part.kind == "service":
            roles = health_of(home, part.name)
            row["roles"] = {
                role.role: "ready" if role.ready else role.says or ("silent" if role.ready is None else "not ready")
                for role in roles
            }
            row["state"] = "ready" if all(role.ready for role in roles) else "not ready"
            row["restarts"] += sum(role.restarts for role in roles)
            waits = essentials_of(home, part.name)
            row["waits"] = waits.as_json if waits is not None else None
    return row


def _print(found: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("process", "state", "pid", "memory", "ports", "restarts", "roles that are not ready"):
        table.add_column(column, justify="right" if column == "memory" else "left")
    for row in found["processes"]:
        late = [f"{role}: {says}" for role, says in row.get("roles", {}).items() if says != "ready"]
        colour = "green" if row["state"] == "ready" else "red"
        table.add_row(
            row["name"], f"[{colour}]{row['state']}[/]", str(row["pid"] or ""),
            f"{row['memory_mb']:.0f} MB" if row["memory_mb"] is not None else "", " ".join(map(str, row["ports"])),
            str(row["restarts"] or ""), "; ".join(late),
        )  # fmt: skip
    console.print(table)
    ours = sum(row["memory_mb"] or 0 for row in found["processes"] if row["kind"] == "service")
    console.print(f"All services together: {ours:.0f} MB, each shared page counted once.")
    for line in _waits(found["processes"]):
        console.print(line)
    if not found["supervised"]:
        console.print("Nobody keeps it alive: `./dev up` starts it.")


def _waits(rows: list[dict[str, Any]]) -> list[str]:
    """A line for each service in which something waits; one that says that nothing does."""
    lines = []
    for row in rows:
        waits = row.get("waits") or {}
        told = [
            f"{count} {what}{_age(waits) if key == 'to_send' else ''}"
            for key, what in (("behind", "records behind"), ("to_send", "rows in the outbox"))
            if (count := waits.get(key))
        ]
        told += [
            f"[red]{count} {what}[/]"
            for key, what in (("dead_letters", "dead letters"), ("parked_keys", "parked keys"))
            if (count := waits.get(key))
        ]
        if told:
            lines.append(f"{row['name']}: {', '.join(told)}")
    if not lines and any(row.get("waits") for row in rows):
        return ["Nothing waits: no lag, empty outboxes, no dead letters, no parked keys."]
    return lines


def _age(waits: dict[str, Any]) -> str:
    return f" (the oldest {waits['oldest_seconds']:.0f} s)"
