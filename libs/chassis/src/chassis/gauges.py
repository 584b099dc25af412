"""A service's own numbers for operations, read from its database: what waits, by kind, for whom it concerns.

    stuck = gauge("orders_stuck", "Orders that nothing moves on", "SELECT … AS state, count(*) AS value …", by="state")

Every consume role counts, so none shows what another counted long ago; over replicas one takes the largest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import prometheus_client
from sqlalchemy import TextClause, text

from chassis.failures import is_transient
from chassis.runtime import Runtime

log = logging.getLogger(__name__)

LOOK_EVERY = 30.0
"""Seconds. A query here must be cheap however much is stored: it reads what is open, never what is done."""


@dataclass(frozen=True, eq=False)
class Gauge:
    """``query`` gives ``value`` in one row, or one row per value of the column ``by``; it may ask for ``:now``."""

    name: str
    description: str
    query: TextClause
    by: str | None
    shown: prometheus_client.Gauge = field(init=False)

    def __post_init__(self) -> None:
        labels = [self.by] if self.by is not None else []
        object.__setattr__(self, "shown", prometheus_client.Gauge(self.name, self.description, labels))

    async def count(self, runtime: Runtime) -> None:
        """Read and show. What is counted no more is shown no more."""
        asks = "now" in self.query.compile().params
        values = {"now": runtime.clock.now()} if asks else {}
        async with runtime.engine.connect() as connection:
            rows = (await connection.execute(self.query, values)).mappings().all()
        if self.by is None:
            self.shown.set(float(rows[0]["value"]))
            return
        self.shown.clear()
        for row in rows:
            self.shown.labels(row[self.by]).set(float(row["value"]))


def gauge(name: str, description: str, query: str, *, by: str | None = None) -> Gauge:
    """Declare a number. ``name`` begins with the service's; it and ``by`` follow Prometheus' rules for names."""
    return Gauge(name, description, text(query), by)


async def watch_gauges(runtime: Runtime, gauges: Sequence[Gauge]) -> None:
    """Count all, again and again, until cancelled. One that cannot be counted keeps its last value and is logged."""
    while gauges:
        for each in gauges:
            try:
                await each.count(runtime)
            except Exception as error:
                if not is_transient(error):
                    log.exception("%s cannot be counted", each.name)
        await asyncio.sleep(LOOK_EVERY)
