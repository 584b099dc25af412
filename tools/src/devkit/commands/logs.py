"""``./dev logs``: what a process writes."""

from __future__ import annotations

import sys
import time
from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from devkit.stack.components import components, find
from devkit.stack.home import Home
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    app.command()(logs)


def logs(
    name: Annotated[str, typer.Argument(help="orders, gateway, …, postgres, kafka-1, zipkin, otlp, supervisor")],
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as it writes; Ctrl-C ends.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 100,
) -> None:
    """Print the log of one process."""
    home = Home.here()
    file = _file(home, name)
    with file.open(errors="replace") as opened:
        sys.stdout.writelines(deque(opened, maxlen=lines))
        sys.stdout.flush()
        try:
            while follow:
                if written := opened.read():
                    sys.stdout.write(written)
                    sys.stdout.flush()
                else:
                    time.sleep(0.2)
        except KeyboardInterrupt:
            return


def _file(home: Home, name: str) -> Path:
    found = find(home, name)
    file = found[0].daemon.log if found else home.run / f"{name}.log"
    if not file.exists():
        names = ", ".join([*(component.name for component in components(home)), "supervisor"])
        raise Trouble(f"There is no log of {name!r}: there may be one of {names}.")
    return file
