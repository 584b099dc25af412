"""From samples to figures. Times are seconds here and milliseconds in what is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """How long single answers took, in milliseconds."""

    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Raises ``ValueError`` without a sample: no figure is better than an invented one."""
        ranked = sorted(seconds)
        return cls(*(round(1000 * percentile(ranked, share), 2) for share in (0.5, 0.95, 0.99, 1.0)))


def percentile(ranked: Sequence[float], share: float) -> float:
    """The smallest sample that at least this share of all does not exceed (nearest rank)."""
    if not ranked:
        raise ValueError("no samples")
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def rate_between(samples: Sequence[tuple[float, int]]) -> float:
    """Things per second while a backlog shrank: ``samples`` are (time, done so far) until all were done.

    Only the middle counts, from when a tenth was done until nine tenths were: neither the start of a process nor the
    last small batch is what it sustains. Raises ``ValueError`` if the middle was not observed.
    """
    total = samples[-1][1] if samples else 0
    inside = [(at, done) for at, done in samples if 0.1 * total <= done <= 0.9 * total]
    if len(inside) < 2 or inside[-1][0] <= inside[0][0]:
        raise ValueError(f"{total} things were done too quickly to be timed; take more")
    (begun, first), (ended, last) = inside[0], inside[-1]
    return (last - first) / (ended - begun)


def ratio(ours: float, floor: float) -> float:
    """Our rate as a share of the floor's."""
    return round(ours / floor, 3) if floor else 0.0


def median(values: Sequence[float]) -> float:
    """The middle one; of an even number the lower of the two."""
    return percentile(sorted(values), 0.5)
