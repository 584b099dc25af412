"""What a check found: a sentence for each thing that is wrong, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

SHOWN = 5

Found = tuple[int, list[str]]
"""How many things were compared, and a sentence for each that is wrong."""


@dataclass(frozen=True)
class Verdict:
    """``says`` names what is wrong; empty if nothing is. ``looked_at`` counts what was compared."""

    name: str
    looked_at: int
    says: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.says


def judged(name: str, looked_at: int, wrong: Sequence[str]) -> Verdict:
    """The verdict on a finding; of many sentences it keeps the first and says how many more there are."""
    more = [f"… and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return Verdict(name, looked_at, (*wrong[:SHOWN], *more))


def table_of(title: str, verdicts: Sequence[Verdict]) -> Table:
    """For people: a line per verdict, and what is wrong below it."""
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    for verdict in verdicts:
        mark = "[green]✓[/]" if verdict.holds else "[red]✗[/]"
        table.add_row(mark, verdict.name, f"{verdict.looked_at} looked at")
        for line in verdict.says:
            table.add_row("", f"[red]{escape(line)}[/]", "")
    return table


def as_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "holds": each.holds, "looked_at": each.looked_at, "says": list(each.says)}
        for each in verdicts
    ]
