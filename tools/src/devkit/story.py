"""An order's story on a terminal: the business timeline, and Zipkin's traces as trees."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2
from rich.table import Table
from rich.tree import Tree

from devkit.steps import console

Span = Mapping[str, Any]
TWO_WEEKS = 14 * 24 * 3600 * 1000
MOST_TRACES = 20


def print_timeline(order: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> None:
    """Who did what when."""
    console.print(f"[bold]{order['code']}[/] {order.get('status', '')}")
    table = Table(box=None, pad_edge=False)
    for column in ("when", "where", "what", "status", "who", ""):
        table.add_column(column)
    for entry in entries:
        when = datetime.fromisoformat(entry["at"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        who = entry.get("actor_name") or entry.get("actor") or ""
        table.add_row(
            when, entry["service"], entry["kind"], entry["status"], who, f"[dim]{_brief(entry.get('details') or {})}[/]"
        )
    console.print(table)


def _brief(details: Mapping[str, Any]) -> str:
    """The plain values, e.g. ``tracking GHN000000001, cod 380,000``."""
    words = []
    for name, value in details.items():
        if isinstance(value, Mapping) and "amount" in value:
            value = value["amount"]
        if isinstance(value, int) and not isinstance(value, bool):
            value = f"{value:,}"
        if isinstance(value, str):
            words.append(f"{name} {value}")
    return ", ".join(words)


def print_traces(zipkin: str, code: str) -> None:
    """The trace in which the order was taken in, and those of later steps by people, oldest first."""
    query: dict[str, str | int] = {
        "annotationQuery": f"order.code={code}", "lookback": TWO_WEEKS, "limit": MOST_TRACES,
        "endTs": int(time.time() * 1000),
    }  # fmt: skip
    try:
        traces: list[list[Span]] = httpx2.get(f"{zipkin}/api/v2/traces", params=query, timeout=20).json()
    except (httpx2.HTTPError, ValueError):
        console.print("[dim]Zipkin does not answer (yet).[/]")
        return
    for spans in sorted(traces, key=lambda each: min(span["timestamp"] for span in each)):
        console.print()
        console.print(tree_of(spans, f"{zipkin}/zipkin/traces/{spans[0]['traceId']}"))
    if not traces:
        console.print("[dim]No trace: it is older than what Zipkin keeps, or was not sampled.[/]")


def tree_of(spans: Sequence[Span], title: str) -> Tree:
    """One trace. A span whose parent was not recorded stands at the top."""
    known = {span["id"] for span in spans}
    below: dict[str | None, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda each: each.get("timestamp", 0)):
        parent = span.get("parentId")
        below[parent if parent in known else None].append(span)
    began = min(span.get("timestamp", 0) for span in spans)
    root = Tree(f"[bold]{title}[/]")
    _grow(root, below, None, began)
    return root


def _grow(branch: Tree, below: Mapping[str | None, list[Span]], parent: str | None, began: int) -> None:
    for span in below.get(parent, ()):
        after, took = (span.get("timestamp", began) - began) / 1000, span.get("duration", 0) / 1000
        failed = " [red]failed[/]" if "error" in span.get("tags", {}) else ""
        service = span.get("localEndpoint", {}).get("serviceName", "?")
        label = f"[cyan]{service}[/] {span.get('name', '')} [dim]+{after:.0f} ms, {took:.1f} ms[/]{failed}"
        _grow(branch.add(label), below, span["id"], began)
