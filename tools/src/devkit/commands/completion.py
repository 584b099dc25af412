"""``./dev completion SHELL``: what makes a shell finish its commands and options."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from typer.completion import get_completion_script

from devkit.cli import COMPLETE


def register(app: typer.Typer) -> None:
    app.command()(completion)


def completion(shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument()]) -> None:
    """Print what a shell needs to finish `./dev` commands and options with Tab."""
    print(get_completion_script(prog_name="./dev", complete_var=COMPLETE, shell=shell))
