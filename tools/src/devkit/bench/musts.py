"""What must be reached and what is aimed at (DESIGN part 9), and whether a result does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Must:
    """``path`` leads to the figure in the result. ``less``: the smaller the better."""

    what: str
    path: str
    must: float
    aim: float | None
    unit: str = ""
    less: bool = False

    def value(self, result: Mapping[str, Any]) -> float | None:
        """None where it was not measured."""
        found: Any = result
        for step in self.path.split("."):
            if not isinstance(found, Mapping) or step not in found:
                return None
            found = found[step]
        return float(found)

    def reached(self, value: float) -> bool:
        return value <= self.must if self.less else value >= self.must


MUSTS = (
    Must("orders accepted, share of the five-statement floor", "intake.ratio_to_five", 0.25, 0.5),
    Must("orders accepted, p99", "intake.ms.p99", 200, None, "ms", less=True),
    Must("whole flow, as fast as it goes", "flow.flood.per_second", 200, 400, "orders/s"),
    Must("whole flow, sustained", "flow.steady.per_second", 195, None, "orders/s"),
    Must("consumer, one process", "consumer.per_second", 1_000, 3_000, "events/s"),
    Must("relay, one process", "relay.per_second", 5_000, 10_000, "events/s"),
    Must("memory of all our processes", "memory.total_mb", 900, 600, "MB", less=True),
    Must("./dev up, warm", "warm_start.seconds", 25, 15, "s", less=True),
)
"""Sustained at 200 a second counts as reached when the last of them is through 2.5 % later than it was asked for."""
