"""The command line. A command's module is imported only when that command, or help, is asked for."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import typer

from devkit.steps import console
from devkit.trouble import Trouble

# Command -> module of devkit.commands that registers it, in the order of the help.
COMMANDS = {
    "up": "up",
    "down": "down",
    "status": "status",
    "logs": "logs",
    "stop": "pause",
    "start": "pause",
    "reset": "down",
    "demo": "demo",
    "chaos": "chaos",
    "bench": "bench",
    "trace": "trace",
    "partner": "partner",
    "consumer": "consumer",
    "test": "test",
    "lint": "test",
    "contracts": "contracts",
    "new-service": "new_service",
    "provision": "provision",
}


def application(wanted: str | None = None) -> typer.Typer:
    """The commands of one module, or all there are."""
    app = typer.Typer(
        name="./dev", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        help="Ganh on this machine: [bold]./dev up[/] starts everything, [bold]./dev demo[/] plays a trading day.",
    )  # fmt: skip
    app.callback()(lambda: None)  # keeps a lone command a subcommand
    modules = [COMMANDS[wanted]] if wanted in COMMANDS else list(dict.fromkeys(COMMANDS.values()))
    for module in modules:
        name = f"devkit.commands.{module}"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name).register(app)
    return app


def main() -> int:
    """Run the command that was typed. What only a person can mend is one sentence and exit code 1."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        application(wanted)(prog_name="./dev")
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/]", markup=True, soft_wrap=True)
        return 1
    return 0
