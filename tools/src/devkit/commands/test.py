"""``./dev test`` and ``./dev lint``: what one change can break, within a promised time."""

from __future__ import annotations

from typing import Annotated

import typer

from devkit.checks.levels import ALL, DEEP, DEFAULT, FAST, Level, of_service
from devkit.checks.lint import lint_all, show
from devkit.checks.run import run
from devkit.trouble import Trouble
from devkit.workspace import ROOT


def register(app: typer.Typer) -> None:
    app.command("test")(run_tests)
    app.command()(lint)


def run_tests(
    only: Annotated[str | None, typer.Argument(metavar="[SERVICE]", help="One service, or contracts, chassis.")] = None,
    *,
    fast: Annotated[bool, typer.Option("--fast", help="Without servers, within a minute.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what is slow, with coverage; CI runs this.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Faults at random, fuzz, hostile text: within an hour.")] = False,
) -> None:
    """Run checks and tests on servers of their own, beside a running `./dev up`; 15 minutes at most."""
    raise typer.Exit(0 if run(_level(only, fast=fast, everything=everything, deep=deep)) else 1)


def lint() -> None:
    """Style, types, import rules and generated files."""
    verdicts = lint_all(ROOT)
    for verdict in verdicts:
        show(verdict)
    raise typer.Exit(0 if all(verdict.passed for verdict in verdicts) else 1)


def _level(only: str | None, *, fast: bool, everything: bool, deep: bool) -> Level:
    if sum([only is not None, fast, everything, deep]) > 1:
        raise Trouble("Choose one of --fast, --all, --deep and a service's name.")
    if only is not None:
        return of_service(only)
    return FAST if fast else ALL if everything else DEEP if deep else DEFAULT
