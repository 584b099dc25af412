"""``./dev chaos``: faults under load, on a stack of its own, and the proof that nothing came of them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from devkit.chaos.report import report, show, tell_stories, timeline_of
from devkit.chaos.run import Chaos
from devkit.steps import console
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    app.command()(chaos)


def chaos(
    *,
    seed: Annotated[int, typer.Option(help="The same seed brings the same load and the same faults.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.5, help="How long the faults go on.")] = 3,
    orders: Annotated[int | None, typer.Option(min=20, help="How many are placed; by default 60 a minute.")] = None,
    brokers: Annotated[int, typer.Option(help="1 or 3 Kafka brokers.")] = 1,
    replicas: Annotated[int, typer.Option(min=1, max=2, help="Consumers and relays of each service.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave data and logs, also if all is well.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write the report, too.")] = None,
) -> None:
    """Break everything at random while a shop is at work, let it heal, and check databases and topics from offset 0.

    Runs on a stack of its own, beside a running `./dev up`. Exit code 1 if a single check fails.
    """
    if brokers not in (1, 3):
        raise Trouble(f"--brokers takes 1 or 3, not {brokers}.")
    run = Chaos(seed, minutes, orders or max(20, round(60 * minutes)), brokers, replicas)
    well = False
    try:
        run.start()
        result = asyncio.run(run.run())
        show(result)
        if json_file is not None:
            json_file.write_text(json.dumps(report(result), ensure_ascii=False, indent=2) + "\n")
        well = result.holds
        if not well:
            asyncio.run(tell_stories(result))
    except Trouble:
        console.print(timeline_of(run.result))
        raise
    finally:
        run.close(keep=keep or not well)
        if keep or not well:
            console.print(f"[dim]Seed {seed}; logs and data are kept in {run.logs.parent}[/]")
    raise typer.Exit(0 if well else 1)
