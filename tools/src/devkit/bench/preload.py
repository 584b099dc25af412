"""Fills a stack with years of trade in minutes: a demo day, copied set by set inside the databases.

A day that the platform itself has lived through is right in every table. Its n-th copy has other ids, codes, numbers,
phones and times, each made from the old one and n alone, so that what belonged together still does, across services
too. Triggers and foreign keys are off meanwhile: they were kept when the day was lived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from devkit.bench.stage import Stage
from devkit.trouble import Trouble

DAY = 200
"""Orders of the day that is copied."""
BUYERS, GOODS_OF_A_DAY = DAY * 4 // 5, 450
"""What one day leaves: its customers, and the goods of demo, shop and bench."""
CUSTOMERS, SKUS = 300_000, 50_000
YEARS = 2
AT_ONCE = 50
"""Copies in one statement, so that progress shows and no transaction grows too large."""

_FUNCTIONS = """
    CREATE SCHEMA IF NOT EXISTS bench;
    CREATE OR REPLACE FUNCTION bench.again(old uuid, n bigint) RETURNS uuid IMMUTABLE STRICT LANGUAGE sql AS $$
        SELECT (lpad(to_hex(1700000000000 + n * 60000), 12, '0')
                || '7' || substr(m, 1, 3) || '8' || substr(m, 4, 15))::uuid
        FROM md5(old::text || n) m
    $$;
    CREATE OR REPLACE FUNCTION bench.phone(old text, n bigint) RETURNS text IMMUTABLE STRICT LANGUAGE sql AS $$
        SELECT '+848' || lpad(n::text, 4, '0') || right(old, 4)
    $$;
"""
_COLUMNS = """
    SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type
    FROM pg_attribute a
    WHERE a.attrelid = $1::regclass AND a.attnum > 0
      AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
    ORDER BY a.attnum
"""
_TEXTS = frozenset({
    "code", "order_code", "tracking", "reported_tracking", "external_id", "document", "number", "fact_id", "reference",
    "barcode", "manifest_code", "object_id", "event_id", "key",
})  # fmt: skip
"""Texts that name one thing and are therefore others in every copy."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table that is copied: once per day, once per set of customers, or once per set of SKUs; ``share`` of those."""

    table: str
    by: str = "day"
    share: float = 1.0


def _all(*tables: str, by: str = "day", share: float = 1.0) -> tuple[Copied, ...]:
    return tuple(Copied(table, by, share) for table in tables)


_CHASSIS = (
    *_all("chassis.audit", share=0.3), *_all("chassis.stream", share=0.5),
    *_all("chassis.inbox", "chassis.idempotency", share=0.05),
)  # fmt: skip
"""Of what is forgotten after days or weeks there is less."""
TABLES: dict[str, tuple[Copied, ...]] = {
    "orders": (
        *_all("orders", "progress"), *_all("story", share=0.3), *_all("products", "availability", by="sku"),
        *_all("customers", by="customer"), *_CHASSIS,
    ),
    "inventory": (
        *_all("products", "stock_levels", "stock_worths", by="sku"),
        *_all("orders", "holds", "hold_lines", "waves", "shipments", "parcels", "parcel_lines", "on_the_road"),
        *_all("returns", "return_lines", "return_findings", "stock_moves"),
        *_all("pack_attempts", "receipts", "alerts", share=0.2), *_CHASSIS,
    ),
    "shipping": (
        *_all("consignments", "shipments", "manifests", "manifest_entries"), *_all("scans", share=0.5),
        *_all("waybill_copies", share=0.1), *_all("customers", by="customer"), *_CHASSIS,
    ),
    "accounting": (
        *_all("orders", "shipments", "sold_lines", "inspections", "payments", "refunds", "cod_statements", "cod_lines"),
        *_all("journal_entries", "journal_lines"), *_CHASSIS,
    ),
    "crm": (
        *_all("customers", "contacts", by="customer"), *_all("customer_orders", "points_ledger"), *_CHASSIS,
    ),
}  # fmt: skip
_INSTEAD = {
    ("orders", "orders", "words"): "array_append(array_remove(t.words, ltrim(t.phone, '+')), "
    "ltrim(bench.phone(t.phone, {customer}), '+'))",
    ("accounting", "journal_entries", "period"): "to_char(t.posting_day - {days}, 'YYYY-MM')",
}


async def preload(stage: Stage, orders: int) -> dict[str, int]:
    """Live through a day, copy it until ``orders`` are stored; rows by service. Takes minutes, most of it indexes."""
    lived = stage.stack.dev("demo", "--orders", str(DAY))
    if lived.returncode:
        raise Trouble(f"The day that is to be copied fails:\n{(lived.stdout + lived.stderr)[-3000:]}")
    await stage.quiet()
    days = max(1, orders // DAY)
    rows = await asyncio.gather(*(_fill(stage, name, days) for name in TABLES))
    return dict(zip(TABLES, rows, strict=True))


async def _fill(stage: Stage, database: str, days: int) -> int:
    async def fill(connection: Any) -> int:
        await connection.execute(_FUNCTIONS)
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        if database == "accounting":
            await connection.execute(_PERIODS)
        sets = _sets(days)
        rows = 0
        for copied in TABLES[database]:
            rows += await _copy(connection, database, copied, days, sets)
        await connection.execute("VACUUM (ANALYZE)")
        return rows

    return await stage.servers.postgres.ask(fill, database)


_PERIODS = f"""
    INSERT INTO periods (code)
    SELECT to_char(now() - n * interval '1 month', 'YYYY-MM') FROM generate_series(0, {12 * YEARS + 1}) n
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - a number of ours


def _sets(days: int) -> dict[str, int]:
    """How often customers and SKUs are copied, so that their numbers come out right; never more often than days."""
    return {"customer": max(1, min(days, CUSTOMERS // BUYERS)), "sku": max(1, min(days, SKUS // GOODS_OF_A_DAY))}


async def _copy(connection: Any, database: str, copied: Copied, days: int, sets: dict[str, int]) -> int:
    """Copy the table's rows of the day; the rows that were added."""
    columns = await connection.fetch(_COLUMNS, copied.table)
    times = max(1, int(copied.share * (days if copied.by == "day" else sets[copied.by])))
    statement = _statement(database, copied, columns, sets, days)
    await connection.execute(f"CREATE TEMP TABLE sample AS SELECT * FROM {copied.table}")  # noqa: S608
    added = 0
    for first in range(1, times + 1, AT_ONCE):
        done = await connection.execute(statement, first, min(times, first + AT_ONCE - 1))
        added += int(done.rpartition(" ")[2])
    await connection.execute("DROP TABLE sample")
    return added


def _statement(database: str, copied: Copied, columns: Iterable[Any], sets: dict[str, int], days: int) -> str:
    names, values = [], []
    said = {
        "customer": "n" if copied.by == "customer" else f"((n - 1) % {sets['customer']} + 1)",
        "sku": "n" if copied.by == "sku" else f"((n - 1) % {sets['sku']} + 1)",
        "days": f"(n * {365 * YEARS} / {days})::int",
    }
    for column in columns:
        names.append(f'"{column["name"]}"')
        instead = _INSTEAD.get((database, copied.table, column["name"]))
        values.append(instead.format(**said) if instead else _value(column["name"], column["type"], said))
    return (
        f"INSERT INTO {copied.table} ({', '.join(names)}) SELECT {', '.join(values)} "  # noqa: S608 - names of ours
        "FROM generate_series($1::bigint, $2::bigint) n, sample t ON CONFLICT DO NOTHING"
    )


def _value(name: str, type: str, said: dict[str, str]) -> str:
    """What the n-th copy has in a column."""
    old = f't."{name}"'
    if name == "sku":
        return f"{old} || '.' || {said['sku']}"
    if name == "customer_id":
        return f"bench.again({old}, {said['customer']})"
    if name in ("phone", "former_phone"):
        return f"bench.phone({old}, {said['customer']})"
    if type == "uuid":
        return f"bench.again({old}, n)"
    if name in _TEXTS:
        return f"{old} || '.' || n"
    if type == "timestamp with time zone":
        return f"{old} - {said['days']} * interval '1 day'"
    if type == "date":
        return f"{old} - {said['days']}"
    return old
