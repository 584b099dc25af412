"""Reading the books: journal, trial balance, accounts, periods. Straight SQL, no aggregate loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.domain.business_day import first_day, following, period_of
from accounting.domain.voucher import VoucherNotFound

MOST_LINES = 200

_HEAD = """
    SELECT e.*, e.lines AS line_count,
           (SELECT r.id FROM journal_entries r WHERE r.reverses = e.id) AS reversed_by,
           sums.debit, sums.credit
    FROM journal_entries e
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS debit,
               coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS credit
        FROM journal_lines WHERE entry_id = e.id
    ) sums
"""
_ENTRIES = text(
    _HEAD
    + """
    WHERE (CAST(:first AS date) IS NULL OR e.posting_day >= :first)
      AND (CAST(:last AS date) IS NULL OR e.posting_day <= :last)
      AND (CAST(:after_day AS date) IS NULL OR (e.posting_day, e.number) > (:after_day, :after_number))
    ORDER BY e.posting_day, e.number LIMIT :limit
"""
)
_ENTRIES_WITH = text(
    _HEAD  # noqa: S608 - two constants
    + """
    WHERE EXISTS (
        SELECT 1 FROM journal_lines l WHERE l.entry_id = e.id
          AND (CAST(:order AS uuid) IS NULL OR l.order_id = :order)
          AND (CAST(:account AS text) IS NULL OR l.account = :account)
    )
      AND (CAST(:first AS date) IS NULL OR e.posting_day >= :first)
      AND (CAST(:last AS date) IS NULL OR e.posting_day <= :last)
      AND (CAST(:after_day AS date) IS NULL OR (e.posting_day, e.number) > (:after_day, :after_number))
    ORDER BY e.posting_day, e.number LIMIT :limit
"""
)
_LINES = text("""
    SELECT * FROM (
        SELECT l.*, row_number() OVER (PARTITION BY entry_id ORDER BY line_no) AS place FROM journal_lines l
        WHERE entry_id = ANY(CAST(:entries AS uuid[]))
          AND (CAST(:order AS uuid) IS NULL OR order_id = :order)
          AND (CAST(:account AS text) IS NULL OR account = :account)
          AND line_no > :after_line
    ) numbered
    WHERE place <= :most ORDER BY entry_id, line_no
""")
_BALANCE = text("""
    WITH parts AS (
        SELECT account, currency, sum(debit - credit) AS opening, 0::numeric AS debit, 0::numeric AS credit
        FROM period_totals WHERE period < :boundary GROUP BY account, currency
        UNION ALL
        SELECT account, currency,
               coalesce(sum(amount) FILTER (WHERE posting_day < :first), 0),
               coalesce(sum(amount) FILTER (WHERE posting_day >= :first AND amount > 0), 0),
               coalesce(-sum(amount) FILTER (WHERE posting_day >= :first AND amount < 0), 0)
        FROM journal_lines WHERE posting_day >= :boundary_day AND posting_day <= :last
        GROUP BY account, currency
    )
    SELECT p.account, a.name, a.name_en, p.currency, sum(p.opening)::bigint AS opening,
           sum(p.debit)::bigint AS debit, sum(p.credit)::bigint AS credit
    FROM parts p JOIN accounts a ON a.code = p.account
    GROUP BY p.account, a.name, a.name_en, p.currency ORDER BY p.currency, p.account
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Days are posting days, both ends included. With an order or account, only their lines are shown."""

    order_id: UUID | None = None
    account: str | None = None
    first: date | None = None
    last: date | None = None


async def entries(
    connection: AsyncConnection, asked: JournalFilter, *, limit: int, after: tuple[date, str] | None
) -> list[dict[str, Any]]:
    """Oldest first, each with its lines."""
    narrow = asked.order_id is not None or asked.account is not None
    values: dict[str, Any] = {
        "first": asked.first,
        "last": asked.last,
        "after_day": after[0] if after else None,
        "after_number": after[1] if after else None,
        "limit": limit,
    }
    if narrow:
        values |= {"order": asked.order_id, "account": asked.account}
    heads = (await connection.execute(_ENTRIES_WITH if narrow else _ENTRIES, values)).mappings().all()
    return await _with_lines(connection, heads, asked)


async def voucher(connection: AsyncConnection, id: UUID, *, limit: int, after_line: int) -> dict[str, Any]:
    """One entry with ``limit`` of its lines after this one. Raises ``VoucherNotFound``."""
    head = (await connection.execute(text(_HEAD + " WHERE e.id = :id"), {"id": id})).mappings().one_or_none()
    if head is None:
        raise VoucherNotFound(id=str(id))
    (found,) = await _with_lines(connection, [head], JournalFilter(), most=limit, after_line=after_line)
    return found


async def trial_balance(
    connection: AsyncConnection, first: date, last: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows per account, and totals per currency. What is closed is read from its kept totals."""
    closed: str | None = (
        await connection.execute(text("SELECT max(code) FROM periods WHERE closed_at IS NOT NULL"))
    ).scalar()
    own = period_of(first)
    boundary = min(own, following(closed)) if closed else None
    values = {
        "boundary": boundary or "",
        "boundary_day": first_day(boundary) if boundary else date.min,
        "first": first,
        "last": last,
    }
    rows = [_balance(row) for row in (await connection.execute(_BALANCE, values)).mappings()]
    totals: dict[str, dict[str, Any]] = {}
    for row in rows:
        total = totals.setdefault(row["currency"], {"currency": row["currency"], **dict.fromkeys(_SIDES, 0)})
        for side in _SIDES:
            total[side] += row[side]
    for total in totals.values():
        total["balanced"] = all(
            total[f"{when}debit"] == total[f"{when}credit"] for when in ("opening_", "", "closing_")
        )
    return rows, list(totals.values())


async def accounts(connection: AsyncConnection) -> Sequence[RowMapping]:
    found = await connection.execute(
        text("""
            SELECT a.*, coalesce(array_agg(r.role ORDER BY r.role) FILTER (WHERE r.role IS NOT NULL), '{}') AS roles
            FROM accounts a LEFT JOIN account_roles r ON r.account = a.code GROUP BY a.code ORDER BY a.code
        """)
    )
    return found.mappings().all()


async def periods(connection: AsyncConnection) -> Sequence[RowMapping]:
    found = await connection.execute(
        text("SELECT *, CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END AS state FROM periods ORDER BY code")
    )
    return found.mappings().all()


_SIDES = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")


def _balance(row: RowMapping) -> dict[str, Any]:
    closing = row["opening"] + row["debit"] - row["credit"]
    return {
        **row,
        "opening_debit": max(row["opening"], 0),
        "opening_credit": max(-row["opening"], 0),
        "closing_debit": max(closing, 0),
        "closing_credit": max(-closing, 0),
    }


async def _with_lines(
    connection: AsyncConnection,
    heads: Sequence[RowMapping],
    asked: JournalFilter,
    *,
    most: int = MOST_LINES,
    after_line: int = 0,
) -> list[dict[str, Any]]:
    values = {
        "entries": [head["id"] for head in heads],
        "order": asked.order_id,
        "account": asked.account,
        "most": most,
        "after_line": after_line,
    }
    lines: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in (await connection.execute(_LINES, values)).mappings():
        lines[row["entry_id"]].append({**row, "debit": max(row["amount"], 0), "credit": max(-row["amount"], 0)})
    return [{**head, "lines": lines[head["id"]]} for head in heads]
