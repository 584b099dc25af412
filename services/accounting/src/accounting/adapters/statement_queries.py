"""Reading carriers' statements. Straight SQL, no aggregate loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.domain.statement import StatementLineNotFound, StatementNotFound

_HEAD = """
    SELECT s.*, sums.* FROM cod_statements s
    CROSS JOIN LATERAL (
        SELECT count(*) AS lines,
               count(*) FILTER (WHERE difference IS NOT NULL AND resolution IS NULL) AS open_differences,
               coalesce(sum(cod), 0)::bigint AS cod, coalesce(sum(fee), 0)::bigint AS fee,
               coalesce(sum(carried), 0)::bigint AS carried,
               jsonb_strip_nulls(jsonb_build_object(
                   'amount', nullif(count(*) FILTER (WHERE difference = 'amount'), 0),
                   'fee', nullif(count(*) FILTER (WHERE difference = 'fee'), 0),
                   'missing', nullif(count(*) FILTER (WHERE difference = 'missing'), 0),
                   'unknown', nullif(count(*) FILTER (WHERE difference = 'unknown'), 0),
                   'double', nullif(count(*) FILTER (WHERE difference = 'double'), 0),
                   'status', nullif(count(*) FILTER (WHERE difference = 'status'), 0)
               )) AS differences
        FROM cod_lines WHERE statement_id = s.id
    ) sums
"""
_LINE = """
    SELECT *, CASE WHEN difference = 'fee' THEN expected_fee - fee ELSE expected_cod - cod END AS difference_amount
    FROM cod_lines WHERE statement_id = :id
"""


async def statements(
    connection: AsyncConnection, *, carrier_id: str | None, state: str | None, limit: int, after: UUID | None
) -> Sequence[RowMapping]:
    """Newest first."""
    found = await connection.execute(
        text(
            _HEAD
            + """
            WHERE (CAST(:carrier AS text) IS NULL OR s.carrier_id = :carrier)
              AND (CAST(:state AS text) IS NULL OR s.state = :state)
              AND (CAST(:after AS uuid) IS NULL OR s.id < :after)
            ORDER BY s.id DESC LIMIT :limit
        """
        ),
        {"carrier": carrier_id, "state": state, "after": after, "limit": limit},
    )
    return found.mappings().all()


async def statement(connection: AsyncConnection, id: UUID) -> dict[str, Any]:
    """``StatementNotFound``."""
    row = (await connection.execute(text(_HEAD + " WHERE s.id = :id"), {"id": id})).mappings().one_or_none()
    if row is None:
        raise StatementNotFound(id=str(id))
    return dict(row)


async def lines(
    connection: AsyncConnection, id: UUID, *, difference: str | None, only_open: bool, limit: int, after: int
) -> Sequence[RowMapping]:
    """In the order of the statement; those of one kind of difference, or with a difference that is still open."""
    found = await connection.execute(
        text(
            _LINE
            + """
              AND number > :after
              AND (CAST(:difference AS text) IS NULL OR difference = :difference)
              AND (NOT CAST(:open AS boolean) OR (difference IS NOT NULL AND resolution IS NULL))
            ORDER BY number LIMIT :limit
        """
        ),
        {"id": id, "after": after, "difference": difference, "open": only_open, "limit": limit},
    )
    return found.mappings().all()


async def line(connection: AsyncConnection, id: UUID, number: int) -> RowMapping:
    """``StatementLineNotFound``."""
    found = text(_LINE + " AND number = :number")
    row = (await connection.execute(found, {"id": id, "number": number})).mappings().one_or_none()
    if row is None:
        raise StatementLineNotFound(statement=str(id), line=number)
    return row
