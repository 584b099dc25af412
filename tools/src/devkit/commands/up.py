"""``./dev up``: everything, from nothing to a table of where to go."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from devkit.native.kafka import same_count
from devkit.native.process import Daemon
from devkit.shop import load_once
from devkit.stack.components import components
from devkit.stack.home import Home, Plan, chosen_base, chosen_services
from devkit.stack.supervisor import Supervisor, daemon_of, stop_all
from devkit.stack.up import Start
from devkit.stack.welcome import welcome
from devkit.steps import Steps, console
from devkit.trouble import Trouble

Only = Annotated[list[str] | None, typer.Option("--only", help="Start just this service (repeatable) and the gateway.")]


def register(app: typer.Typer) -> None:
    app.command()(up)


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is ready; ./dev down stops it.")] = False,
    brokers: Annotated[int | None, typer.Option(help="1 or 3 Kafka brokers.")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Without the demo shop.")] = False,
    only: Only = None,
    tracing: Annotated[bool, typer.Option("--tracing/--no-tracing", help="With Zipkin.")] = True,
) -> None:
    """Start Kafka, PostgreSQL, Zipkin and all services; load a demo shop the first time. Ctrl-C stops everything.

    All ports follow from the gateway's: 8080, or GANH_PORT_BASE. Data and logs are in .ganh/, or GANH_HOME.
    """
    home = Home.here()
    home.make()
    try:
        with FileLock(home.folder / "up.lock", timeout=0):
            if daemon_of(home).find() is not None:
                console.print("It is up already.")
                welcome(home)
                return
            home = home.keep(_plan(home, brokers, only or [], tracing))
            _start(home, empty)
            if detach:
                _hand_over(home)
    except Timeout:
        raise Trouble("Another `./dev up` is starting this stack: wait for it, or stop it with Ctrl-C.") from None
    if detach:
        welcome(home)
    else:
        _watch(home)


def _plan(home: Home, brokers: int | None, only: list[str], tracing: bool) -> Plan:
    if brokers not in (None, 1, 3):
        raise Trouble(f"--brokers takes 1 or 3, not {brokers}.")
    kept = home.plan
    return replace(
        kept, base=chosen_base(kept.base), brokers=same_count(home.folder / "kafka", brokers),
        services=chosen_services(only), zipkin=tracing,
    )  # fmt: skip


def _start(home: Home, empty: bool) -> None:
    try:
        with Steps() as steps:
            Start(home, steps).everything()
            if not empty:
                load_once(home, steps)
    except BaseException:
        _stop(home)
        raise


def _stop(home: Home) -> None:
    console.print("Stopping what was started ...")
    stop_all(components(home), lambda line: console.print(line, style="dim"))


def _watch(home: Home) -> None:
    def greet() -> None:
        welcome(home)
        console.print("\n[dim]Ctrl-C stops everything.[/]")

    Supervisor(home, lambda line: console.print(line, style="dim")).run(begun=greet)


def _hand_over(home: Home) -> None:
    daemon: Daemon = daemon_of(home)
    daemon.start([sys.executable, "-m", "devkit.stack.supervisor"], env={**os.environ, "GANH_HOME": str(home.folder)})
