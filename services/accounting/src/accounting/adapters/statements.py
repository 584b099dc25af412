"""Carriers' statements. Importing, comparing and approving hold the carrier's lock, so that of two lines for one
parcel the one that was imported first has the claim, whichever statements they stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.adapters.recordset import recordset
from accounting.application.ports import Imported, Receipt
from accounting.domain.matching import Difference, Resolution, difference_of
from accounting.domain.shipment import Road
from accounting.domain.statement import (
    LinesDiffer,
    Statement,
    StatementLine,
    StatementLineNotFound,
    StatementNotFound,
    StatementState,
)

T = TypeVar("T")
_AT_ONCE = 5_000
"""Rows in one statement; more come in several of the same transaction."""

_LOCK_CARRIER = text("SELECT pg_advisory_xact_lock(hashtextextended('cod-statements:' || :carrier, 0))")
_MAKE = text("""
    INSERT INTO cod_statements (id, carrier_id, reference, currency, state, imported_at, imported_by, delivered_from,
                                delivered_until)
    VALUES (:id, :carrier_id, :reference, :currency, :state, :imported_at, :imported_by, :delivered_from,
            :delivered_until)
    ON CONFLICT (carrier_id, reference) DO NOTHING
""")
_SAVE = text("""
    UPDATE cod_statements SET state = :state, delivered_from = :delivered_from, delivered_until = :delivered_until,
        net = :net, received = :received, approved_at = :approved_at, approved_by = :approved_by,
        posted_at = :posted_at, version = version + 1
    WHERE id = :id
""")
_THERE = text("""
    SELECT l.reference, (l.reported_tracking, l.reported_cod, l.reported_fee) = (r.tracking, r.cod, r.fee) AS same
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (reference text, tracking text, cod bigint, fee bigint)
    JOIN cod_lines l ON l.carrier_id = :carrier AND l.reference = r.reference
""")
_ADD = text("""
    INSERT INTO cod_lines (statement_id, number, carrier_id, reference, tracking, reported_tracking, reported_cod,
                           reported_fee, cod, fee, status)
    SELECT :statement, number, :carrier, reference, tracking, tracking, cod, fee, cod, fee, status
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        number integer, reference text, tracking text, cod bigint, fee bigint, status text
    )
    ORDER BY number
""")
_FORGET_MISSING = text("""
    DELETE FROM cod_lines l USING shipments s
    WHERE l.statement_id = :statement AND l.difference = 'missing' AND l.resolution IS NULL
      AND s.shipment_id = l.shipment_id
      AND (s.owed <= s.pending OR EXISTS (
          SELECT 1 FROM cod_lines o
          WHERE o.carrier_id = l.carrier_id AND o.tracking = l.tracking AND o.difference IS DISTINCT FROM 'missing'
            AND (o.statement_id = l.statement_id OR NOT o.approved) AND o.resolution IS DISTINCT FROM 'reject'
      ))
""")
_ADD_MISSING = text("""
    INSERT INTO cod_lines (statement_id, number, carrier_id, reference, tracking, reported_tracking, reported_cod,
                           reported_fee, cod, fee, shipment_id, order_id, road, expected_cod, difference)
    SELECT CAST(:statement AS uuid),
           CAST(:last AS integer) + row_number() OVER (ORDER BY s.delivered_on, s.shipment_id), :carrier,
           'missing:' || CAST(:statement AS uuid) || ':' || s.shipment_id, s.tracking, s.tracking, 0, 0, 0, 0,
           s.shipment_id, s.order_id, s.road, s.owed - s.pending, 'missing'
    FROM shipments s
    WHERE s.carrier_id = :carrier AND s.owed > s.pending AND s.owed <> 0 AND s.road = 'delivered'
      AND s.delivered_on <= CAST(:until AS date)
      AND s.delivered_on >= coalesce(CAST(:since AS date), CAST('-infinity' AS date))
      AND NOT EXISTS (
          SELECT 1 FROM cod_lines l
          WHERE l.carrier_id = s.carrier_id AND l.tracking = s.tracking
            AND (l.statement_id = CAST(:statement AS uuid) OR NOT l.approved) AND l.resolution IS DISTINCT FROM 'reject'
      )
    RETURNING *
""")
_COMPARE = text("""
    SELECT l.*, s.shipment_id AS now_shipment, s.order_id AS now_order, s.road AS now_road,
           CASE WHEN s.road = 'delivered' THEN s.owed - s.pending - before.open_cod ELSE 0 END AS now_cod,
           CASE WHEN before.lines > 0 OR s.fee_settled THEN 0 ELSE s.fee END AS now_fee,
           before.lines > 0 AS now_repeated
    FROM cod_lines l
    LEFT JOIN LATERAL (
        SELECT * FROM shipments p WHERE p.carrier_id = l.carrier_id AND p.tracking = l.tracking
        ORDER BY p.shipment_id DESC LIMIT 1
    ) s ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS lines, CAST(coalesce(sum(e.cod) FILTER (WHERE NOT e.approved), 0) AS bigint) AS open_cod
        FROM cod_lines e
        WHERE e.carrier_id = l.carrier_id AND e.tracking = l.tracking AND e.seq < l.seq
          AND e.resolution IS DISTINCT FROM 'reject' AND e.difference IS DISTINCT FROM 'missing'
    ) before
    WHERE l.statement_id = :statement AND l.difference IS DISTINCT FROM 'missing'
    ORDER BY l.number
""")
_SAVE_LINES = text("""
    UPDATE cod_lines l SET tracking = r.tracking, cod = r.cod, fee = r.fee, shipment_id = r.shipment_id,
        order_id = r.order_id, road = r.road, expected_cod = r.expected_cod, expected_fee = r.expected_fee,
        repeated = r.repeated, difference = r.difference, resolution = r.resolution, reason = r.reason,
        remit = r.remit, carried = r.carried, received = r.received, approved = l.approved OR :approved,
        resolved_by = CASE WHEN r.reason IS DISTINCT FROM l.reason OR r.resolution IS DISTINCT FROM l.resolution
                           THEN :by ELSE l.resolved_by END,
        resolved_at = CASE WHEN r.reason IS DISTINCT FROM l.reason OR r.resolution IS DISTINCT FROM l.resolution
                           THEN CAST(:now AS timestamptz) ELSE l.resolved_at END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        number integer, tracking text, cod bigint, fee bigint, shipment_id uuid, order_id uuid, road text,
        expected_cod bigint, expected_fee bigint, repeated boolean, difference text, resolution text, reason text,
        remit bigint, carried bigint, received bigint
    )
    WHERE l.statement_id = :statement AND l.number = r.number
""")
_COUNTS = text("""
    SELECT count(*) FILTER (WHERE difference IS NOT NULL AND resolution IS NULL),
           count(*) FILTER (WHERE resolution IS NOT NULL)
    FROM cod_lines WHERE statement_id = :statement
""")
_ADD_RECEIPT = text("""
    INSERT INTO cod_receipts (id, statement_id, amount, currency, reference, received_on, recorded_at, recorded_by)
    VALUES (:id, :statement_id, :amount, :currency, :reference, :received_on, :recorded_at, :recorded_by)
    ON CONFLICT (reference) DO NOTHING RETURNING id
""")


class SqlStatements:
    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection, self._now = connection, now

    async def open(self, statement: Statement) -> Statement:
        """The carrier's statement of that reference, made if there is none; locked until commit."""
        await self._connection.execute(_MAKE, _head(statement))
        found = text("SELECT id FROM cod_statements WHERE carrier_id = :carrier AND reference = :reference")
        values = {"carrier": statement.carrier_id, "reference": statement.reference}
        return await self.get((await self._connection.execute(found, values)).scalar_one())

    async def get(self, id: UUID) -> Statement:
        """Locks the statement, then its carrier. ``StatementNotFound``."""
        found = text("SELECT * FROM cod_statements WHERE id = :id FOR UPDATE")
        row = (await self._connection.execute(found, {"id": id})).mappings().one_or_none()
        if row is None:
            raise StatementNotFound(id=str(id))
        await self._connection.execute(_LOCK_CARRIER, {"carrier": row["carrier_id"]})
        return statement_of(row)

    async def save(self, statement: Statement) -> None:
        await self._connection.execute(_SAVE, _head(statement))
        statement.version += 1

    async def add_lines(self, statement: Statement, lines: Sequence[StatementLine]) -> Imported:
        """Lines that the carrier sent before are passed over; ``LinesDiffer`` if one says something else now."""
        repeated: set[str] = set()
        differing: list[str] = []
        for part in _parts(lines):
            values = {"rows": recordset(part), "carrier": statement.carrier_id}
            for row in await self._connection.execute(_THERE, values):
                repeated.add(row.reference)
                if not row.same:
                    differing.append(row.reference)
        if differing:
            raise LinesDiffer(field="lines", references=sorted(differing)[:20], count=len(differing))
        new = [line for line in lines if line.reference not in repeated]
        last = await self._last(statement)
        for part in _parts(new):
            for line in part:
                last = line.number = last + 1
            await self._connection.execute(
                _ADD, {"rows": recordset(part), "statement": statement.id, "carrier": statement.carrier_id}
            )
        return Imported(added=len(new), repeated=len(lines) - len(new))

    async def compare(self, statement: Statement, fee_tolerance: int) -> list[StatementLine]:
        """Hold every line against the books as they are now; those whose difference is another than before.

        A decision stands while nothing changed about what it decided.
        """
        await self._connection.execute(_FORGET_MISSING, {"statement": statement.id})
        compared: list[StatementLine] = []
        news: list[StatementLine] = []
        for row in await self._connection.execute(_COMPARE, {"statement": statement.id}):
            line = line_of(row)
            before = (line.difference, line.shipment_id, line.expected_cod, line.expected_fee)
            line.shipment_id, line.order_id = row.now_shipment, row.now_order
            line.road = Road(row.now_road) if row.now_road else None
            line.expected_cod, line.expected_fee = row.now_cod or 0, row.now_fee or 0
            line.repeated = row.now_repeated
            line.difference = difference_of(line.comparison, fee_tolerance)
            if before != (line.difference, line.shipment_id, line.expected_cod, line.expected_fee):
                line.resolution = None
                compared.append(line)
            if line.difference is not None and before[0] is not line.difference:
                news.append(line)
        await self.save_lines(statement, compared)
        return news + await self._find_missing(statement)

    async def counts(self, statement: Statement) -> tuple[int, int]:
        """Differences nobody has decided about, and those somebody has."""
        row = (await self._connection.execute(_COUNTS, {"statement": statement.id})).one()
        return row[0], row[1]

    async def lines(self, statement: Statement) -> list[StatementLine]:
        found = text("SELECT * FROM cod_lines WHERE statement_id = :statement ORDER BY number")
        return [line_of(row) for row in await self._connection.execute(found, {"statement": statement.id})]

    async def line(self, statement: Statement, number: int) -> StatementLine:
        """``StatementLineNotFound``."""
        found = text("SELECT * FROM cod_lines WHERE statement_id = :statement AND number = :number")
        values = {"statement": statement.id, "number": number}
        row = (await self._connection.execute(found, values)).one_or_none()
        if row is None:
            raise StatementLineNotFound(statement=statement.reference, line=number)
        return line_of(row)

    async def save_lines(
        self, statement: Statement, lines: Collection[StatementLine], by: str | None = None, *, approved: bool = False
    ) -> None:
        for part in _parts(list(lines)):
            values = {"rows": recordset(part), "statement": statement.id, "approved": approved}
            await self._connection.execute(_SAVE_LINES, values | {"by": by, "now": self._now})

    async def add_receipt(self, receipt: Receipt) -> Receipt | None:
        """The receipt that has the reference already, or ``None`` if this one was new."""
        if (await self._connection.execute(_ADD_RECEIPT, _receipt(receipt))).first() is not None:
            return None
        found = text("SELECT * FROM cod_receipts WHERE reference = :reference")
        row = (await self._connection.execute(found, {"reference": receipt.reference})).mappings().one()
        return Receipt(**row)

    async def _find_missing(self, statement: Statement) -> list[StatementLine]:
        if statement.delivered_until is None:
            return []
        values = {
            "statement": statement.id,
            "carrier": statement.carrier_id,
            "last": await self._last(statement),
            "since": statement.delivered_from,
            "until": statement.delivered_until,
        }
        return [line_of(row) for row in await self._connection.execute(_ADD_MISSING, values)]

    async def _last(self, statement: Statement) -> int:
        found = text("SELECT coalesce(max(number), 0) FROM cod_lines WHERE statement_id = :statement")
        return int((await self._connection.execute(found, {"statement": statement.id})).scalar_one())


def statement_of(row: RowMapping) -> Statement:
    return Statement(**{**row, "state": StatementState(row["state"])})


def line_of(row: Row[Any]) -> StatementLine:
    return StatementLine(
        number=row.number,
        reference=row.reference,
        tracking=row.tracking,
        cod=row.cod,
        fee=row.fee,
        status=row.status,
        shipment_id=row.shipment_id,
        order_id=row.order_id,
        road=Road(row.road) if row.road else None,
        expected_cod=row.expected_cod,
        expected_fee=row.expected_fee,
        repeated=row.repeated,
        difference=Difference(row.difference) if row.difference else None,
        resolution=Resolution(row.resolution) if row.resolution else None,
        reason=row.reason,
        remit=row.remit,
        carried=row.carried,
        received=row.received,
    )


def _head(statement: Statement) -> dict[str, Any]:
    return {name: getattr(statement, name) for name in Statement.__slots__}


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {name: getattr(receipt, name) for name in Receipt.__slots__}


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
