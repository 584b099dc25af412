"""``./dev demo``: a trading day through the running platform."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from devkit.demo.play import play
from devkit.demo.report import report, show
from devkit.shop import is_loaded
from devkit.stack.home import Home
from devkit.stack.supervisor import daemon_of
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    *,
    orders: Annotated[int, typer.Option(min=20, help="How many are placed.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed brings the same day.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write the report, too.")] = None,
) -> None:
    """Play a trading day as each role would, over the gateway and a partner's door, and say whether it all adds up."""
    home = Home.here()
    if daemon_of(home).find() is None:
        raise Trouble("The platform does not run: start it with `./dev up --detach`.")
    if not is_loaded(home):
        raise Trouble(
            "The demo needs the people and carriers of the demo shop: start with `./dev up`, without --empty."
        )
    log, verdicts = asyncio.run(play(home, orders, seed))
    said = report(log, verdicts)
    show(said, verdicts)
    if json_file is not None:
        json_file.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n")
    if not all(verdict.holds for verdict in verdicts):
        raise typer.Exit(1)
