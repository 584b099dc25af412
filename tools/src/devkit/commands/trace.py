"""``./dev trace ORDER``: an order's story, and its trace as a tree."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import httpx2
import typer

from devkit.caller import Caller
from devkit.stack.home import Home
from devkit.steps import console
from devkit.story import print_timeline, print_traces
from devkit.trouble import Trouble


def register(app: typer.Typer) -> None:
    app.command()(trace)


def trace(order: Annotated[str, typer.Argument(help="The order's code, e.g. DH2511220042, or its id.")]) -> None:
    """Tell an order's story: what happened when and by whom, and the traces it left over all services."""
    home = Home.here()
    found, timeline = asyncio.run(_story(home, order))
    print_timeline(found, timeline)
    if home.plan.zipkin:
        print_traces(f"http://127.0.0.1:{home.ports.zipkin}", found["code"])
    else:
        console.print("[dim]The stack runs without Zipkin.[/]")


async def _story(home: Home, order: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with Caller.of(home, "director") as director:
        try:
            found = await director.get(f"/api/orders/{order}")
        except httpx2.HTTPError:
            raise Trouble("The gateway does not answer: start it with `./dev up`.") from None
        timeline = await director.get(f"/api/orders/{found['id']}/timeline")
    return found, timeline["items"]
