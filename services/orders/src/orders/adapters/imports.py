"""Files of orders in PostgreSQL. Whoever changes an import, or its orders, holds its row in ``imports``; the phones of
the orders are locked after it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.mapping import sql_list
from orders.adapters.tables import import_orders, import_parts, imports
from orders.application.ports import FileOrder, Stores
from orders.domain.imports import AT_WORK, WAITING, Format, Import, ImportNotFound, ImportState, OnError, RowState

i, r = imports.c, import_orders.c
_NAMES = [each.name for each in fields(Import)]
_ORDER = "first_row, rows, external_id, state, body, reasons, warnings, order_id, code"
_DECIDED = ("first_row", "state", "reasons", "warnings", "order_id", "code")
_TURN = sa.text(f"""
    SELECT * FROM imports WHERE state IN ({sql_list(AT_WORK)}) ORDER BY turn_at LIMIT 1 FOR UPDATE
""")  # noqa: S608 - words of our own
_STAGE = sa.text(f"""
    INSERT INTO import_orders (import_id, {_ORDER})
    SELECT CAST(:import_id AS uuid), {_ORDER} FROM jsonb_populate_recordset(NULL::import_orders, CAST(:rows AS jsonb))
    ON CONFLICT (import_id, first_row) DO UPDATE
        SET rows = excluded.rows, body = excluded.body, reasons = excluded.reasons
""")  # noqa: S608 - column names of our own
# A body is kept only as long as its order may still be taken in: the report names no person.
_SETTLE = sa.text("""
    UPDATE import_orders o
    SET state = n.state, reasons = n.reasons, warnings = n.warnings, order_id = n.order_id, code = n.code,
        body = CASE WHEN n.state = 'ready' THEN o.body END
    FROM jsonb_populate_recordset(NULL::import_orders, CAST(:rows AS jsonb)) n
    WHERE o.import_id = :import_id AND o.first_row = n.first_row
""")
_EMPTY = (
    sa.text("DELETE FROM import_parts WHERE import_id = :import_id"),
    sa.text("UPDATE import_orders SET body = NULL WHERE import_id = :import_id AND body IS NOT NULL"),
)
_STALE = sa.text(f"""
    SELECT * FROM imports WHERE state IN ({sql_list(WAITING)}) AND made_at < :before
    ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")  # noqa: S608 - words of our own
_OLD = sa.text("""
    DELETE FROM import_orders WHERE (import_id, first_row) IN (
        SELECT import_id, first_row FROM import_orders
        WHERE import_id IN (SELECT id FROM imports WHERE finished_at < :before) LIMIT :limit
    )
""")


class SqlImports:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, opened: Import) -> None:
        await self._connection.execute(sa.insert(imports), _row(opened))

    async def get(self, id: UUID, stores: Stores) -> Import:
        """Locked, to be changed. Raises ``ImportNotFound``, also for one of another store."""
        query = sa.select(imports).where(*_mine(id, stores)).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise ImportNotFound(id=str(id))
        return import_of(row)

    async def turn(self) -> Import | None:
        """The import that has waited longest to go on, locked."""
        row = (await self._connection.execute(_TURN)).mappings().first()
        if row is None:  # its row was locked by somebody who cancelled it; the next one may be there
            row = (await self._connection.execute(_TURN)).mappings().first()
        return import_of(row) if row else None

    async def stale(self, before: datetime) -> Import | None:
        """One that has waited for a person since then, locked."""
        row = (await self._connection.execute(_STALE, {"before": before})).mappings().first()
        return import_of(row) if row else None

    async def save(self, changed: Import) -> None:
        """Write what changed; the next turn is another one's."""
        values = _row(changed) | {"turn_at": sa.func.clock_timestamp()}
        await self._connection.execute(sa.update(imports).where(i.id == changed.id).values(**values))

    async def put_part(self, id: UUID, part: int, content: bytes) -> bool:
        """Keep a part of the file; false if this part is here already."""
        new = insert(import_parts).values(import_id=id, part=part, content=content).on_conflict_do_nothing()
        return (await self._connection.execute(new.returning(import_parts.c.part))).first() is not None

    async def parts(self, id: UUID) -> AsyncIterator[bytes]:
        """The file, a part at a time: never more than one of them is in memory."""
        p, last = import_parts.c, 0
        while True:
            query = sa.select(p.part, p.content).where(p.import_id == id, p.part > last).order_by(p.part).limit(1)
            row = (await self._connection.execute(query)).first()
            if row is None:
                return
            last = row.part
            yield bytes(row.content)

    async def staged(self, id: UUID, external_ids: Sequence[str]) -> Mapping[str, FileOrder]:
        query = sa.select(import_orders).where(r.import_id == id, r.external_id.in_(external_ids))
        return {row["external_id"]: file_order(row) for row in (await self._connection.execute(query)).mappings()}

    async def stage(self, id: UUID, read: Sequence[FileOrder]) -> None:
        """Write orders as they were read, or what more was read of them."""
        await self._connection.execute(_STAGE, {"import_id": id, "rows": to_json(read).decode()})

    async def some(self, id: UUID, state: RowState, limit: int) -> Sequence[FileOrder]:
        """The next orders in this state, in the order of the file."""
        query = sa.select(import_orders).where(r.import_id == id, r.state == state).order_by(r.first_row).limit(limit)
        return [file_order(row) for row in (await self._connection.execute(query)).mappings()]

    async def settle(self, id: UUID, decided: Sequence[FileOrder]) -> None:
        """Write what became of orders, with one statement."""
        rows = [{name: getattr(each, name) for name in _DECIDED} for each in decided]
        await self._connection.execute(_SETTLE, {"import_id": id, "rows": to_json(rows).decode()})

    async def drop_parts(self, id: UUID) -> None:
        await self._connection.execute(_EMPTY[0], {"import_id": id})

    async def empty(self, id: UUID) -> None:
        """Forget the file itself; the report stays."""
        for statement in _EMPTY:
            await self._connection.execute(statement, {"import_id": id})

    async def forget(self, id: UUID) -> None:
        """Forget what was read of it."""
        await self._connection.execute(sa.delete(import_orders).where(r.import_id == id))

    async def forget_old(self, before: datetime, limit: int) -> int:
        """Delete rows of reports of imports that ended before then; how many."""
        return (await self._connection.execute(_OLD, {"before": before, "limit": limit})).rowcount


def _row(each: Import) -> dict[str, Any]:
    return {**asdict(each), "ignored_columns": list(each.ignored_columns)}


def _mine(id: UUID, stores: Stores) -> list[sa.ColumnElement[bool]]:
    return [i.id == id] if stores is None else [i.id == id, i.store_id.in_(stores)]


def import_of(row: RowMapping) -> Import:
    values = {name: row[name] for name in _NAMES} | {
        "format": Format(row["format"]),
        "on_error": OnError(row["on_error"]),
        "state": ImportState(row["state"]),
        "ignored_columns": tuple(row["ignored_columns"]),
    }
    return Import(**values)


def file_order(row: RowMapping) -> FileOrder:
    values = {name: row[name] for name in (each.name for each in fields(FileOrder))}
    return FileOrder(**values | {"rows": list(row["rows"]), "state": RowState(row["state"])})


async def list_imports(
    connection: AsyncConnection,
    stores: Stores,
    state: ImportState | None,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[Import]:
    """Newest first."""
    query = sa.select(imports).order_by(i.made_at.desc(), i.id.desc()).limit(limit)
    if stores is not None:
        query = query.where(i.store_id.in_(stores))
    if state is not None:
        query = query.where(i.state == state)
    if after is not None:
        query = query.where(sa.tuple_(i.made_at, i.id) < sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return [import_of(row) for row in (await connection.execute(query)).mappings()]


async def get_import(connection: AsyncConnection, id: UUID, stores: Stores) -> Import:
    """Raises ``ImportNotFound``, also for one of another store."""
    row = (await connection.execute(sa.select(imports).where(*_mine(id, stores)))).mappings().first()
    if row is None:
        raise ImportNotFound(id=str(id))
    return import_of(row)


async def list_file_orders(
    connection: AsyncConnection, id: UUID, state: RowState | None, *, limit: int, after: int | None
) -> Sequence[FileOrder]:
    """The report, in the order of the file."""
    query = sa.select(import_orders).where(r.import_id == id).order_by(r.first_row).limit(limit)
    if state is not None:
        query = query.where(r.state == state)
    if after is not None:
        query = query.where(r.first_row > after)
    return [file_order(row) for row in (await connection.execute(query)).mappings()]
