"""What a run says at its end: for people, and as JSON."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from typing import Any

from rich.markup import escape
from rich.table import Table

from devkit.caller import Caller
from devkit.chaos.run import Run
from devkit.stack.supervisor import restarts
from devkit.steps import console
from devkit.story import print_timeline
from devkit.truth import Outcome
from devkit.verdict import as_json, table_of
from devkit.workspace import ROOT

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STORIES = 3


def report(run: Run) -> dict[str, Any]:
    """Everything in figures."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "commit": done.stdout.strip(),
        "seed": run.seed,
        "minutes": run.minutes,
        "brokers": run.brokers,
        "replicas": run.replicas,
        "requests": dict(run.history.outcomes),
        "seconds_until_acknowledged": _waits(run),
        "faults": dict(Counter(strike.fault for strike in run.arena.timeline)),
        "timeline": [
            {"at": each.at, "ended": each.ended, "fault": each.fault, "did": each.did} for each in run.arena.timeline
        ],
        "handled": dict(run.floor.handled) if run.floor else {},
        "troubles": dict(run.floor.troubles) if run.floor else {},
        "restarts": restarts(run.arena.home),
        "ready_after_seconds": run.ready_after,
        "quiet_after_seconds": run.quiet_after,
        "still_moving": run.still_moving,
        "holds": run.holds,
        "checks": as_json(run.verdicts),
    }


def _waits(run: Run) -> dict[str, float]:
    """How long customers over HTTP waited for their yes, repeats included: what the faults cost them."""
    waits = sorted(
        request.ended - request.began
        for request in run.history.requests
        if request.door == "http" and request.outcome is Outcome.OK and request.ended is not None
    )
    if not waits:
        return {}
    return {f"p{percent}": round(waits[(len(waits) - 1) * percent // 100], 2) for percent in (50, 95, 99)}


def show(run: Run) -> None:
    """The verdicts; where one fails, also what happened when."""
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(run.history.outcomes.items()))
    struck = len(run.arena.timeline)
    quiet = f"quiet after {run.quiet_after:.0f} s" if not run.still_moving else "never quiet"
    title = f"Seed {run.seed}: {outcomes}; {struck} faults; all ready {run.ready_after:.0f} s after them, {quiet}"
    console.print(table_of(title, run.verdicts))
    if run.still_moving:
        console.print(f"[red]✗[/] It did not fall quiet: {escape(run.still_moving)}")
    if not run.holds:
        console.print(timeline_of(run))


async def tell_stories(run: Run) -> None:
    """The stories of orders that a failed verdict names."""
    named = [id for verdict in run.verdicts for line in verdict.says for id in _UUID.findall(line)]
    async with Caller.of(run.arena.home, "director") as director:
        known = {request.order_id for request in run.history.requests}
        for id in [each for each in dict.fromkeys(named) if each in known][:STORIES]:
            order = await director.get(f"/api/orders/{id}")
            print_timeline(order, (await director.get(f"/api/orders/{id}/timeline"))["items"])


def timeline_of(run: Run) -> Table:
    """Every fault that struck, with what it did, to be read beside the logs."""
    table = Table(title=f"What happened (repeat it with --seed {run.seed})", title_justify="left", box=None)
    for column in ("from", "to", "fault", ""):
        table.add_column(column)
    for strike in run.arena.timeline:
        until = "" if strike.ended is None else f"{strike.ended:.1f}"
        table.add_row(f"{strike.at:.1f}", until, strike.fault, escape(strike.did))
    return table
