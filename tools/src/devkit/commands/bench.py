"""``./dev bench``: what the platform does on this machine, beside what nobody can do faster on it."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from devkit.bench.musts import MUSTS
from devkit.bench.run import PARTS, run
from devkit.steps import Steps, console
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    *,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write the result, too.")] = None,
    only: Annotated[list[str] | None, typer.Option(help=f"One part (repeatable): {', '.join(PARTS)}.")] = None,
    preload: Annotated[int, typer.Option(min=0, help="So many orders are stored before anything is measured.")] = 0,
) -> None:
    """Measure intake, the whole flow, a consumer, a relay, memory and a warm start on a durable stack of its own.

    Each beside its floor, taken in the same run. Exit code 1 if something that must be reached is not.
    """
    if unknown := [part for part in only or () if part not in PARTS]:
        raise Trouble(f"There is no part {unknown[0]!r}: the parts are {', '.join(PARTS)}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the stack is taken down in any case
    with Steps() as steps:
        result = run(only or PARTS, steps, preload)
    if json_file is not None:
        json_file.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    if not _show(result):
        raise typer.Exit(1)


def _show(result: dict[str, Any]) -> bool:
    """Print what must be reached; whether all that was measured is."""
    table = Table(box=None, pad_edge=False)
    for column in ("what", "measured", "must", "aim"):
        table.add_column(column, justify="left" if column == "what" else "right")
    every = True
    for must in MUSTS:
        value = must.value(result)
        if value is None:
            continue
        every = every and must.reached(value)
        colour = "green" if must.reached(value) else "red"
        bounds = [f"{'≤' if must.less else '≥'} {each:g}" if each is not None else "" for each in (must.must, must.aim)]
        table.add_row(must.what, f"[{colour}]{value:g} {must.unit}[/]", *bounds)
    console.print(table)
    for part in ("intake", "flow"):
        if part in result:
            _show_processors(part, result[part]["processor_ms_per_order"])
    return every


def _show_processors(part: str, used: dict[str, float]) -> None:
    table = Table(title=f"{part}: processor ms per order", title_justify="left", box=None, pad_edge=False)
    table.add_column("process")
    table.add_column("ms", justify="right")
    for name, each in used.items():
        if each >= 0.01:
            table.add_row(name, f"{each:.2f}")
    table.add_row("all", f"{sum(used.values()):.2f}")
    console.print(table)
