"""The journal: added up line by line, and held against what inventory says its goods are worth."""

from __future__ import annotations

from collections import Counter

from devkit.truth.evidence import Evidence
from devkit.verdict import Found

_ENTRIES = """
    SELECT e.number, e.lines, count(l.*) AS there, coalesce(sum(l.amount), 0)::bigint AS sum, l.currency
    FROM journal_entries e LEFT JOIN journal_lines l ON l.entry_id = e.id GROUP BY e.id, l.currency
"""
_TOTALS = """
    SELECT coalesce(t.period, l.period) AS period, coalesce(t.account, l.account) AS account,
           coalesce(t.debit - t.credit, 0)::bigint AS said, coalesce(l.sum, 0)::bigint AS sum
    FROM period_totals t FULL JOIN (
        SELECT e.period, l.account, l.currency, sum(l.amount) AS sum
        FROM journal_lines l JOIN journal_entries e ON e.id = l.entry_id JOIN periods p ON p.code = e.period
        WHERE p.closed_at IS NOT NULL GROUP BY 1, 2, 3
    ) l ON l.period = t.period AND l.account = t.account AND l.currency = t.currency
"""
_STOCK = """
    SELECT e.fact_id, l.amount FROM journal_entries e JOIN journal_lines l ON l.entry_id = e.id
    WHERE e.fact_kind = 'stock-move' AND l.account = (SELECT account FROM account_roles WHERE role = 'stock')
"""
_BALANCE = """
    SELECT coalesce(sum(amount), 0)::bigint AS sum FROM journal_lines
    WHERE account = (SELECT account FROM account_roles WHERE role = 'stock')
"""


async def entries_balance(found: Evidence) -> Found:
    """Every entry has all its lines and sums to zero in each currency; a closed period's totals are its lines'."""
    entries = await found.ask("accounting", _ENTRIES)
    wrong = [
        f"voucher {row['number']}: {row['there']} of {row['lines']} lines, sum {row['sum']}"
        for row in entries
        if row["sum"] or row["there"] != row["lines"]
    ]
    wrong += [
        f"account {row['account']} in {row['period']}: the total says {row['said']}, its lines {row['sum']}"
        for row in await found.ask("accounting", _TOTALS)
        if row["said"] != row["sum"]
    ]
    return len(entries), wrong


async def moves_booked(found: Evidence) -> Found:
    """One voucher per move that is worth something, at the value inventory gave it."""
    moves = await found.ask("inventory", "SELECT id::text, value FROM stock_moves WHERE value <> 0")
    booked: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for row in await found.ask("accounting", _STOCK):
        booked[row["fact_id"]] += row["amount"]
        times[row["fact_id"]] += 1
    values = {row["id"]: row["value"] for row in moves}
    wrong = [
        f"move {id} is worth {values.get(id, 0)}, booked {times[id]} times with {booked[id]} in all"
        for id in sorted({*values, *booked})
        if booked[id] != values.get(id, 0) or times[id] != 1
    ]
    return len(moves), wrong


async def stock_account(found: Evidence) -> Found:
    [worth] = await found.ask("inventory", "SELECT coalesce(sum(value), 0)::bigint AS sum FROM stock_worths")
    [books] = await found.ask("accounting", _BALANCE)
    wrong = [] if worth["sum"] == books["sum"] else [f"goods are worth {worth['sum']}, the account says {books['sum']}"]
    return 1, wrong
