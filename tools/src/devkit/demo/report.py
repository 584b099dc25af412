"""The report of a day: what happened, how long it took, and whether it adds up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from devkit.demo.log import Log
from devkit.steps import console
from devkit.verdict import Verdict, as_json, table_of


def report(log: Log, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Everything the day can say in figures, as JSON."""
    waits = [(order.shipped_at - order.at).total_seconds() for order in log.orders.values() if order.shipped_at]
    delivered = log.where(delivered=True)
    return {
        "day": log.plan.tag,
        "orders": len(log.orders),
        "by_door": dict(Counter(order.wish.door.value for order in log.orders.values())),
        "by_fate": dict(Counter(order.fate.value for order in log.orders.values())),
        "flagged_duplicates": sum(order.flagged for order in log.orders.values()),
        "wrong_scans_refused": log.wrong_scans_refused,
        "repeated_requests": log.duplicates_repeated,
        "placed_to_shipment_seconds": {"p50": _percentile(waits, 50), "p95": _percentile(waits, 95)},
        "units": {
            "received": sum(log.received.values()),
            "sent": sum(log.units(log.where(handed_over=True)).values()),
            "returned": sum(sum(order.inspected.values()) for order in log.orders.values()),
        },
        "money": {
            "delivered": sum(order.total for order in delivered),
            "cod_due": sum(order.cod for order in delivered),
            "cod_received": sum(log.collected.values()),
            "refunded": sum(order.refunded for order in log.orders.values()),
        },
        "seconds": log.seconds,
        "checks": as_json(verdicts),
    }


def show(said: dict[str, Any], verdicts: Sequence[Verdict]) -> None:
    """Print it for people."""
    table = Table(
        title=f"The day {said['day']}: {said['orders']} orders", title_justify="left", show_header=False, box=None
    )
    for name in ("by_door", "by_fate", "units", "money"):
        table.add_row(
            f"[bold]{name.replace('_', ' ')}[/]", ", ".join(f"{what} {n:,}" for what, n in said[name].items())
        )
    waits = said["placed_to_shipment_seconds"]
    table.add_row(
        "[bold]placed → shipment[/]", f"p50 {waits['p50']} s, p95 {waits['p95']} s (calls and confirmations included)"
    )
    table.add_row(
        "[bold]stopped in time[/]",
        f"{said['wrong_scans_refused']} wrong scans, {said['repeated_requests']} repeated requests, "
        f"{said['flagged_duplicates']} duplicates flagged",
    )
    console.print(table)
    console.print(table_of("Does it add up?", verdicts))


def _percentile(values: Sequence[float], percent: int) -> float | None:
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)], 2)
