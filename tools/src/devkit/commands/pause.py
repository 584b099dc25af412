"""``./dev stop NAME`` and ``./dev start NAME``: take one process away for a while, e.g. to see the others go on."""

from __future__ import annotations

from typing import Annotated

import typer

from devkit.stack import pause
from devkit.stack.components import Component, components, find
from devkit.stack.home import Home
from devkit.steps import console
from devkit.trouble import Trouble

Name = Annotated[str, typer.Argument(help="orders, …, gateway, postgres, kafka, zipkin")]


def register(app: typer.Typer) -> None:
    app.command()(stop)
    app.command()(start)


def stop(name: Name) -> None:
    """Stop one process; it stays stopped until `./dev start NAME` or the next `./dev up`."""
    home = Home.here()
    for component in _named(home, name):
        pause.pause(home, component.name)
        component.stop()
        console.print(f"{component.name} stopped.")


def start(name: Name) -> None:
    """Start a process again that `./dev stop` stopped."""
    home = Home.here()
    for component in _named(home, name):
        if not component.runs:
            component.launch()
        pause.resume(home, component.name)
        console.print(f"{component.name} started.")


def _named(home: Home, name: str) -> list[Component]:
    found = find(home, name)
    if not found:
        raise Trouble(f"There is no {name!r}: there are {', '.join(part.name for part in components(home))}.")
    return found
