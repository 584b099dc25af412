"""``./dev down`` stops a stack, ``./dev reset`` also forgets its data."""

from __future__ import annotations

import contextlib
import shutil
import time
from typing import Annotated

import typer

from devkit.native.process import end
from devkit.stack.components import components
from devkit.stack.home import Home
from devkit.stack.supervisor import daemon_of, stop_all
from devkit.steps import console
from devkit.trouble import Trouble

PATIENCE = 90.0
TESTS = "test-"
"""Folders of test runs that may be going on beside the stack begin so."""


def register(app: typer.Typer) -> None:
    app.command()(down)
    app.command()(reset)


def down() -> None:
    """Stop everything, in order. The data stays for the next `./dev up`."""
    home = Home.here()
    supervisor = daemon_of(home)
    running = components(home)
    if supervisor.find() is None and not any(component.runs for component in running):
        console.print("Nothing runs.")
        return
    watched = [component for component in running if component.runs]
    supervisor.ask_to_stop()
    deadline = time.monotonic() + PATIENCE
    with console.status("Stopping ..."):
        while supervisor.find() is not None and time.monotonic() < deadline:
            time.sleep(0.05)
    if (left := supervisor.find()) is not None:
        end(left, patience=1)
    stop_all(running, console.print)
    console.print(f"Stopped: {', '.join(component.name for component in watched)}.")


def reset(*, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Stop everything and remove all data, logs and passwords of this stack."""
    home = Home.here()
    if not home.folder.exists():
        console.print("There is nothing to remove.")
        return
    if not (home.folder / "plan.json").exists() and any(home.folder.iterdir()):
        raise Trouble(f"{home.folder} holds something that `./dev up` did not make: remove it yourself.")
    if not yes and not typer.confirm(f"Remove everything in {home.folder}?"):
        raise typer.Exit(1)
    down()
    for part in home.folder.iterdir():
        if part.is_dir() and not part.name.startswith(TESTS):
            shutil.rmtree(part)
        elif not part.is_dir():
            part.unlink()
    with contextlib.suppress(OSError):  # servers of a test run stay
        home.folder.rmdir()
    console.print(f"Removed {home.folder}.")
