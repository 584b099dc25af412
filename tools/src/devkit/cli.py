"""The command line. A command's module is imported only when that command, or help, is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass

import typer
from typer.completion import completion_init
from typer.models import CommandInfo

from devkit.steps import console
from devkit.trouble import Trouble

COMPLETE = "_DEV_COMPLETE"
"""The environment variable in which a shell asks how a command line may go on (``./dev completion``)."""


@dataclass(frozen=True)
class Entry:
    """Where a command is registered (a module of ``devkit.commands``), and what its help says beside its options."""

    module: str
    panel: str
    examples: tuple[str, ...]


RUN, LOOK, PROVE, BUILD, OPERATE = "Run it", "Look into it", "Try it and prove it", "Change it", "Operate it"

# In the order of the help.
COMMANDS = {
    "up": Entry("up", RUN, ("./dev up", "./dev up --detach --brokers 3", "./dev up --only orders --empty")),
    "down": Entry("down", RUN, ("./dev down",)),
    "stop": Entry("pause", RUN, ("./dev stop crm", "./dev stop kafka")),
    "start": Entry("pause", RUN, ("./dev start crm",)),
    "reset": Entry("down", RUN, ("./dev reset", "./dev reset --yes")),
    "status": Entry("status", LOOK, ("./dev status", "./dev status --json")),
    "logs": Entry("logs", LOOK, ("./dev logs orders -f", "./dev logs kafka-1 -n 500")),
    "trace": Entry("trace", LOOK, ("./dev trace DH2511220042",)),
    "demo": Entry("demo", PROVE, ("./dev demo", "./dev demo --orders 2000 --seed 7 --json day.json")),
    "test": Entry("test", PROVE, ("./dev test", "./dev test --fast", "./dev test orders", "./dev test --all")),
    "chaos": Entry("chaos", PROVE, ("./dev chaos", "./dev chaos --minutes 60 --brokers 3 --seed 7 --json chaos.json")),
    "bench": Entry("bench", PROVE, ("./dev bench", "./dev bench --only intake", "./dev bench --preload 1000000")),
    "lint": Entry("test", BUILD, ("./dev lint",)),
    "contracts": Entry(
        "contracts", BUILD, ("./dev contracts generate", "./dev contracts check", "./dev contracts release")
    ),
    "new-service": Entry("new_service", BUILD, ("./dev new-service vouchers --team growth",)),
    "partner": Entry(
        "partner",
        OPERATE,
        (
            "./dev partner add shopee",
            "./dev partner add ghn --door scans",
            "./dev partner list",
            "./dev partner remove shopee",
        ),
    ),
    "consumer": Entry("consumer", OPERATE, ("./dev consumer list", "./dev consumer rebuild orders.products")),
    "provision": Entry("provision", OPERATE, ("./dev provision --bootstrap kafka-1:9092,kafka-2:9092",)),
    "completion": Entry("completion", OPERATE, ("./dev completion bash >>~/.bashrc",)),
}


def application(wanted: str | None = None) -> typer.Typer:
    """The commands of one module, or all there are."""
    app = typer.Typer(
        name="./dev", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        help="Ganh on this machine: [bold]./dev up[/] starts everything, [bold]./dev demo[/] plays a trading day.",
    )  # fmt: skip
    app.callback()(lambda: None)  # keeps a lone command a subcommand
    entries = [COMMANDS[wanted]] if wanted in COMMANDS else COMMANDS.values()
    for module in dict.fromkeys(entry.module for entry in entries):
        importlib.import_module(f"devkit.commands.{module}").register(app)
    _explain(app)
    return app


def main() -> int:
    """Run the command that was typed. What only a person can mend is one sentence and exit code 1."""
    completion_init()
    try:
        application(_wanted())(prog_name="./dev", complete_var=COMPLETE)
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/]", markup=True, soft_wrap=True)
        return 1
    return 0


def _wanted() -> str | None:
    """The first word after ``./dev``, typed or being completed."""
    words = os.environ.get("COMP_WORDS", "").split() if COMPLETE in os.environ else sys.argv
    return words[1] if len(words) > 1 else None


def _explain(app: typer.Typer) -> None:
    """Gives every command its place in the help, and its own help its examples."""
    for command in app.registered_commands:
        name = _name_of(command)
        command.rich_help_panel, command.epilog = COMMANDS[name].panel, examples_of(name)
    for group in app.registered_groups:
        name = str(group.name)
        group.rich_help_panel, group.epilog = COMMANDS[name].panel, examples_of(name)
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            command.epilog = examples_of(name, _name_of(command))


def examples_of(*words: str) -> str:
    """What a help shows below its options: the examples that begin with these words. ``LookupError`` if none does."""
    start = " ".join(("./dev", *words))
    found = [each for each in COMMANDS[words[0]].examples if f"{each} ".startswith(f"{start} ")]
    if not found:
        raise LookupError(f"{start} has no example")
    return "\n".join(["[bold]For example[/]", *(each.replace("[", r"\[") for each in found)])


def _name_of(command: CommandInfo) -> str:
    return str(command.name or getattr(command.callback, "__name__", ""))
