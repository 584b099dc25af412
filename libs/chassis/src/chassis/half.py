"""Work that waits for its other half: facts of two topics may come in either order, hours apart.

A consumer that needs both keeps one row per key and acts in the transaction that completes it. What is still half after
ten minutes is no error and never a dead letter, but somebody should know: it is counted, logged and listed.

    terms = half("shipments-without-terms",
                 "SELECT order_id::text AS key, since, 'terms' AS missing FROM shipment_half WHERE terms IS NULL")
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Gauge
from sqlalchemy import TextClause, text

from chassis.failures import is_transient
from chassis.runtime import Runtime

log = logging.getLogger(__name__)

STILL_HALF = timedelta(minutes=10)
_LOOK_EVERY = 30.0

HALVES = Gauge("chassis_halves", "Rows that have waited for their other half for more than ten minutes", ["name"])


@dataclass(frozen=True, eq=False)
class Half:
    """``query`` gives ``key`` (text), ``since`` (business time) and ``missing`` (what is awaited, text)."""

    name: str
    query: str

    def overdue(self) -> TextClause:
        """Those that waited too long by ``:now``, the oldest first, at most ``:limit``."""
        return text(f"SELECT key, since, missing FROM ({self.query}) AS half "  # noqa: S608 - declared in code
                    "WHERE since < CAST(:now AS timestamptz) - CAST(:patience AS interval) "
                    "ORDER BY since, key LIMIT :limit")  # fmt: skip

    def count(self) -> TextClause:
        return text(f"SELECT count(*) FROM ({self.query}) AS half "  # noqa: S608 - declared in code
                    "WHERE since < CAST(:now AS timestamptz) - CAST(:patience AS interval)")  # fmt: skip


def half(name: str, query: str) -> Half:
    """Declare what counts as half done."""
    return Half(name, query)


async def watch_halves(runtime: Runtime, halves: Sequence[Half]) -> None:
    """Count what is overdue, and say so in the log when it becomes more, until cancelled."""
    known: dict[str, int] = {}
    while halves:
        for each in halves:
            try:
                async with runtime.engine.connect() as connection:
                    values = {"now": runtime.clock.now(), "patience": STILL_HALF}
                    found = (await connection.execute(each.count(), values)).scalar_one()
            except Exception as error:
                if not is_transient(error):
                    log.exception("%s cannot be counted", each.name)
                continue
            HALVES.labels(each.name).set(found)
            if found > known.get(each.name, 0):
                log.warning("%d of %s wait for their other half for more than ten minutes", found, each.name)
            known[each.name] = found
        await asyncio.sleep(_LOOK_EVERY)
