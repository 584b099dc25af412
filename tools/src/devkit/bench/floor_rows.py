"""The rows that taking in one order leaves in the database, as a sample that can be inserted again and again.

They are read from what the platform itself has just written, so that the floor cannot fall behind it: whatever a later
version stores per order, its floor stores too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

SCHEMA = "floor"
_SAMPLE = """SELECT id FROM orders WHERE source = 'bench' ORDER BY placed_at DESC, id DESC LIMIT 1"""
_ROWS = {
    "orders": ("orders", "SELECT * FROM orders WHERE id = $1"),
    "progress": ("progress", "SELECT * FROM progress WHERE order_id = $1"),
    "story": ("story", "SELECT * FROM story WHERE order_id = $1 ORDER BY id LIMIT 1"),
    "audit": ("chassis.audit", "SELECT * FROM chassis.audit WHERE object_id = ($1::uuid)::text ORDER BY id LIMIT 1"),
    "idempotency": (
        "chassis.idempotency",
        "SELECT * FROM chassis.idempotency WHERE position(convert_to(($1::uuid)::text, 'UTF8') IN body) > 0 LIMIT 1",
    ),
    "stream": ("chassis.stream", "SELECT * FROM chassis.stream WHERE key = ($1::uuid)::text LIMIT 1"),
    "outbox": ("chassis.outbox", "SELECT * FROM floor.said"),
}
_FIVE = (("orders",), ("progress", "story"), ("audit",), ("idempotency",), ("stream", "outbox"))
_FRESH = {
    "orders": ("id", "code", "external_id"), "progress": ("order_id", "code"), "story": ("order_id",),
    "audit": ("object_id",), "idempotency": ("key",), "stream": ("key",), "outbox": ("id", "aggregateid"),
}  # fmt: skip
"""Columns that are another value in every row, because they are unique or a key."""
_MADE = {"story": ("id",), "audit": ("id",), "outbox": ("seq",)}
"""Columns that the database numbers itself."""


@dataclass(frozen=True)
class Insert:
    """One statement for the rows of some tables. ``fresh``: which values are the new order's id."""

    sql: str
    sample: Sequence[Any]
    fresh: dict[int, bool]
    """Place of a value → whether it is a UUID; text otherwise."""

    def values(self, id: UUID) -> list[Any]:
        values = list(self.sample)
        for place, is_uuid in self.fresh.items():
            values[place] = id if is_uuid else id.hex
        return values


async def make_tables(connection: Any) -> None:
    """Empty copies of the tables, with their indexes, in a schema of their own."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    for name, (table, _) in _ROWS.items():
        await connection.execute(f"CREATE TABLE {SCHEMA}.{name} (LIKE {table} INCLUDING ALL)")
    await connection.execute(f"CREATE TABLE {SCHEMA}.said (LIKE chassis.outbox)")


async def keep_said(connection: Any) -> bool:
    """Remember one row of the outbox, which the relay deletes soon; whether there was one."""
    copied = await connection.execute("INSERT INTO floor.said SELECT * FROM chassis.outbox LIMIT 1")
    return bool(copied.endswith(" 1"))


async def inserts(connection: Any, statements: int) -> list[Insert]:
    """Statements that insert one order's rows into the copies: five, or one for all."""
    id = await connection.fetchval(_SAMPLE)
    rows = {}
    for name, (_, query) in _ROWS.items():
        rows[name] = await (connection.fetchrow(query) if "$1" not in query else connection.fetchrow(query, id))
        if rows[name] is None:
            raise LookupError(f"the sample order {id} has left no row in {name}")
    groups = _FIVE if statements == 5 else (tuple(_ROWS),)
    return [_insert([(name, rows[name]) for name in group]) for group in groups]


def _insert(rows: Sequence[tuple[str, Any]]) -> Insert:
    parts: list[str] = []
    values: list[Any] = []
    fresh: dict[int, bool] = {}
    for name, row in rows:
        columns = [column for column in row.keys() if column not in _MADE.get(name, ())]  # noqa: SIM118 - a Record
        places = []
        for column in columns:
            if column in _FRESH[name]:
                fresh[len(values)] = isinstance(row[column], UUID)
            values.append(row[column])
            places.append(f"${len(values)}")
        quoted = ", ".join(f'"{column}"' for column in columns)
        parts.append(f"INSERT INTO {SCHEMA}.{name} ({quoted}) VALUES ({', '.join(places)})")  # noqa: S608 - names of ours
    *before, last = parts
    with_them = ", ".join(f"_{number} AS ({part})" for number, part in enumerate(before))
    return Insert(f"WITH {with_them} {last}" if before else last, values, fresh)
