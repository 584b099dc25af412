"""The feed as rows.

Invariant: rows appear to readers in the order of ``seq``, so who has read up to a number has missed nothing below it.
Numbers are drawn under a lock that is held until commit; a reader needs no knowledge of transactions, and a long one
elsewhere on the same server delays nobody. (``pg_snapshot_xmin`` would give the same only together with the
transaction's number as the first part of the cursor, and it waits for the oldest transaction of the whole server.)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.application.feed import Change

SLOTS = 26
KEPT_HOURS = 24
_IN_TURN = 0x66656564

_WRITE = text("""
    WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(:turn))
    INSERT INTO feed (type, object_type, object_id, order_id, version, permissions, stores)
    SELECT n.type, n.object_type, n.object_id, n.order_id, n.version,
           string_to_array(n.permissions, ' '), string_to_array(n.stores, ' ')
    FROM turn, unnest(CAST(:types AS text[]), CAST(:object_types AS text[]), CAST(:object_ids AS text[]),
                      CAST(:order_ids AS text[]), CAST(:versions AS bigint[]), CAST(:permissions AS text[]),
                      CAST(:stores AS text[]))
         WITH ORDINALITY AS n (type, object_type, object_id, order_id, version, permissions, stores, place)
    ORDER BY n.place
""")
_READ = text("""
    SELECT seq, type, object_type, object_id, order_id, version, permissions, stores FROM feed
    WHERE seq > :after AND slot = ANY(:slots) ORDER BY seq LIMIT :most
""")
_BOUNDS = text("""
    SELECT (SELECT seq FROM feed_floor) AS floor,
           GREATEST((SELECT max(seq) FROM feed), (SELECT seq FROM feed_floor)) AS head
""")
_FORGET = """
    WITH gone AS (DELETE FROM {table} WHERE at < :before RETURNING seq)
    UPDATE feed_floor SET seq = GREATEST(seq, (SELECT max(seq) FROM gone)) WHERE EXISTS (SELECT FROM gone)
"""
_SPAN = "SELECT min(at) < :before AS old, max(at) < :before AS all_old, max(seq) AS last FROM {table}"


class FeedRows:
    """Lines of one transaction, in the order in which they were noted."""

    def __init__(self) -> None:
        self._noted: list[Change] = []

    def note(self, change: Change) -> None:
        self._noted.append(change)

    async def write(self, connection: AsyncConnection) -> None:
        """All at once, as the last thing before the commit, so that others wait for their turn only that long."""
        noted, self._noted = self._noted, []
        if not noted:
            return
        await connection.execute(
            _WRITE,
            {
                "turn": _IN_TURN,
                "types": [each.type for each in noted],
                "object_types": [each.object_type for each in noted],
                "object_ids": [each.object_id for each in noted],
                "order_ids": [each.order_id for each in noted],
                "versions": [each.version for each in noted],
                "permissions": [" ".join(each.permissions) for each in noted],
                "stores": [" ".join(each.stores) for each in noted],
            },
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """Rows up to ``floor`` are forgotten, ``head`` is the last one written."""

    floor: int
    head: int


async def bounds(connection: AsyncConnection) -> Bounds:
    row = (await connection.execute(_BOUNDS)).one()
    return Bounds(int(row.floor), int(row.head or 0))


async def read(connection: AsyncConnection, after: int, most: int, *, recent: bool = False) -> Sequence[Change]:
    """The next rows, in order. ``recent`` looks only where the last two hours lie: enough for a reader at the head."""
    hour = int(time.time() // 3600)
    slots = [(hour + step) % SLOTS for step in (-1, 0, 1)] if recent else list(range(SLOTS))
    rows = await connection.execute(_READ, {"after": after, "most": most, "slots": slots})
    return [
        Change(
            seq=row.seq,
            type=row.type,
            object_type=row.object_type,
            object_id=row.object_id,
            order_id=row.order_id,
            version=row.version,
            permissions=tuple(row.permissions),
            stores=tuple(row.stores),
        )
        for row in rows
    ]


async def forget_slot(connection: AsyncConnection, slot: int, before: Any) -> None:
    """Drop the rows of one slot that are older than ``before``: the whole table at once where that is possible."""
    table = f"feed_{slot:02}"
    span = (await connection.execute(text(_SPAN.format(table=table)), {"before": before})).one()
    if span.all_old:
        await connection.execute(text("UPDATE feed_floor SET seq = GREATEST(seq, :last)"), {"last": span.last})
        await connection.execute(text(f"TRUNCATE {table}"))
    elif span.old:
        await connection.execute(text(_FORGET.format(table=table)), {"before": before})
