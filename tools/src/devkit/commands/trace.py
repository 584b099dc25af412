"""``./dev trace ORDER``: an order's story, and its trace as a tree."""

from __future__ import annotations

from typing import Annotated

import typer

from devkit.gateway_client import Gateway
from devkit.stack.home import Home
from devkit.steps import console
from devkit.story import print_timeline, print_traces
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    app.command()(trace)


def trace(order: Annotated[str, typer.Argument(help="The order's code, e.g. DH2511220042, or its id.")]) -> None:
    """Tell an order's story: what happened when and by whom, and the traces it left over all services."""
    home = Home.here()
    with Gateway(home, "director") as gateway:
        found = next(
            (each for each in gateway.every("/api/orders", q=order) if order in (each["code"], each["id"])), None
        )
        if found is None:
            raise Trouble(f"There is no order {order}.")
        timeline = gateway.get(f"/api/orders/{found['id']}/timeline")
    print_timeline(found, timeline["items"])
    if home.plan.zipkin:
        print_traces(f"http://127.0.0.1:{home.ports.zipkin}", found["code"])
    else:
        console.print("[dim]The stack runs without Zipkin.[/]")
