"""``./dev new-service NAME --team TEAM``."""

from __future__ import annotations

from typing import Annotated

import typer

from devkit.new_service import new_service as make
from devkit.steps import console
from devkit.workspace import ROOT


def register(app: typer.Typer) -> None:
    app.command("new-service")(new_service)


def new_service(
    name: Annotated[str, typer.Argument(help="Small letters and digits, e.g. `vouchers`.")],
    team: Annotated[str, typer.Option(help="Who owns it, for CODEOWNERS.")],
) -> None:
    """Make a service that runs and passes its tests, from the template."""
    for path in make(ROOT, name, team):
        console.print(f"made {path}")
    console.print(
        f"Next: name what it says in libs/contracts/src/contracts/{name}/v1.py, then\n"
        f"  ./dev contracts generate\n  ./dev test {name}\n  ./dev up --only {name}"
    )
