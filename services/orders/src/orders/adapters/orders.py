"""The desk's orders in PostgreSQL.

Lock order: the order's row in ``progress``, then its row in ``orders``; the advisory lock of a phone after them, or
before an order that does not exist yet. Whoever changes an order holds its ``progress`` row.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters import tables
from orders.adapters.addresses import SAME_NAME, asked_of, book_wards
from orders.adapters.mapping import order_of, order_row, progress_of, progress_row, sql_list
from orders.adapters.progress import SqlProgress
from orders.adapters.story import columns as story_columns
from orders.application.ports import Before, Channel, Knowledge, Overview, Product, Source, Stores, Window
from orders.application.story import Entry
from orders.domain.codes import is_code
from orders.domain.duplicates import Sighting
from orders.domain.errors import OrderNotFound
from orders.domain.facets import GONE, Sales
from orders.domain.order import Order
from orders.domain.places import Sought, Ward
from orders.domain.progress import Progress

_ORDER = ", ".join(column.name for column in tables.orders.c)
_PROGRESS = ", ".join(column.name for column in tables.progress.c if column.name != "heard_at")
_BEGUN = "code", "placed_at", "status", "flags", "sales", "duplicate", "blacklisted", "address"
_PRODUCTS = """
    SELECT p.sku, p.name, p.price, p.currency, p.vat_rate_bp, p.weight_g, p.active, a.available
    FROM products p LEFT JOIN availability a ON a.sku = p.sku WHERE p.sku = ANY(CAST(:skus AS text[]))
"""

# One trip for all that intake must know. The phone's lock is taken here; only a later statement sees what it guards.
_LOOK_UP = sa.text(f"""
    SELECT next_order_number(:day) AS number,
           (SELECT jsonb_agg(known) FROM ({_PRODUCTS}) known) AS products,
           (SELECT to_jsonb(c) FROM channels c WHERE c.code = :channel) AS channel,
           (SELECT to_jsonb(s) FROM sources s WHERE s.code = :source) AS source,
           EXISTS (SELECT FROM customers c WHERE c.phone = CAST(:phone AS text) AND c.blacklisted) AS blacklisted,
           EXISTS (SELECT FROM address_book) AS book,
           (SELECT jsonb_agg(same) FROM ({SAME_NAME}) same) AS wards,
           (SELECT wards -> 0 FROM address_wards WHERE scheme = 'two-level' AND code = :ward_code) AS ward,
           EXISTS (SELECT FROM orders WHERE source = :source AND external_id = CAST(:external_id AS text)) AS existing,
           CAST(pg_advisory_xact_lock(hashtextextended(CAST(:phone AS text), 0)) AS text) AS locked
""").columns(products=JSONB, channel=JSONB, source=JSONB, wards=JSONB, ward=JSONB)  # noqa: S608 - no value is part of the text

# The same for many orders; whoever wants to add them has locked their phones before.
_LOOK_OVER = sa.text(f"""
    SELECT ARRAY(SELECT next_order_number(CAST(:day AS date))
                 FROM generate_series(1, CAST(:numbers AS integer))) AS numbers,
           (SELECT jsonb_agg(known) FROM ({_PRODUCTS}) known) AS products,
           (SELECT jsonb_agg(c) FROM channels c WHERE c.code = ANY(CAST(:channels AS text[]))) AS channels,
           (SELECT jsonb_agg(s) FROM sources s WHERE s.code = ANY(CAST(:sources AS text[]))) AS sources,
           ARRAY(SELECT c.phone FROM customers c
                 WHERE c.phone = ANY(CAST(:phones AS text[])) AND c.blacklisted) AS blacklisted
""").columns(products=JSONB, channels=JSONB, sources=JSONB)  # noqa: S608 - no value is part of the text

_BEFORE = sa.text("""
    SELECT o.id, o.code, o.source, o.external_id, o.store_id
    FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS asked (source, external_id)
    JOIN orders o ON o.source = asked.source AND o.external_id = asked.external_id
""")

_SIGHTINGS = sa.text(f"""
    SELECT o.code, o.placed_at, o.skus FROM orders o JOIN progress p ON p.order_id = o.id
    WHERE o.phone = :phone AND o.placed_at BETWEEN :since AND :until
      AND p.sales NOT IN ({sql_list(GONE | {Sales.CANCELLED})})
      AND o.id IS DISTINCT FROM CAST(:besides AS uuid)
""")  # noqa: S608 - words of our own

_SIGHTED = sa.text(f"""
    SELECT o.phone, o.code, o.placed_at, o.skus
    FROM unnest(CAST(:phones AS text[]), CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
         AS w (phone, since, until)
    JOIN orders o ON o.phone = w.phone AND o.placed_at BETWEEN w.since AND w.until
    JOIN progress p ON p.order_id = o.id
    WHERE p.sales NOT IN ({sql_list(GONE | {Sales.CANCELLED})})
""")  # noqa: S608 - words of our own

# Rows go in sorted by what makes them one: two writers of the same orders wait for one another, never in a circle.
_ADD_MANY = sa.text(f"""
    WITH placed AS (
        INSERT INTO orders ({_ORDER})
        SELECT {_ORDER} FROM jsonb_populate_recordset(NULL::orders, CAST(:orders AS jsonb))
        ORDER BY source, external_id
        ON CONFLICT (source, external_id) WHERE external_id IS NOT NULL DO NOTHING
        RETURNING id
    ), told AS (
        INSERT INTO story ({story_columns})
        SELECT {story_columns} FROM jsonb_populate_recordset(NULL::story, CAST(:entries AS jsonb))
    ), begun AS (
        INSERT INTO progress ({_PROGRESS})
        SELECT {_PROGRESS} FROM jsonb_populate_recordset(NULL::progress, CAST(:progress AS jsonb))
    )
    SELECT count(*) FROM placed
""")  # noqa: S608 - column names from the tables' own definition

_ADD = sa.text(f"""
    WITH placed AS (
        INSERT INTO orders ({_ORDER})
        SELECT {_ORDER} FROM jsonb_populate_record(NULL::orders, CAST(:order AS jsonb))
        ON CONFLICT (source, external_id) WHERE external_id IS NOT NULL DO NOTHING
        RETURNING id
    ), told AS (
        INSERT INTO story ({story_columns})
        SELECT {story_columns} FROM jsonb_populate_recordset(NULL::story, CAST(:entries AS jsonb))
        WHERE EXISTS (SELECT FROM placed)
    )
    INSERT INTO progress AS p ({_PROGRESS})
    SELECT {_PROGRESS} FROM jsonb_populate_record(NULL::progress, CAST(:progress AS jsonb))
    WHERE EXISTS (SELECT FROM placed)
    ON CONFLICT (order_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _BEGUN)}
    RETURNING p.*
""")  # noqa: S608 - column names from the tables' own definition

_SAVE = sa.text(f"""
    UPDATE orders SET ({_ORDER}) = (SELECT {", ".join(f"n.{column.name}" for column in tables.orders.c)})
    FROM jsonb_populate_recordset(NULL::orders, CAST(:rows AS jsonb)) n
    WHERE orders.id = n.id
""")  # noqa: S608 - column names from the table's own definition

_LOCK_PHONES = sa.text("""
    SELECT count(pg_advisory_xact_lock(hash)) FROM (
        SELECT DISTINCT hashtextextended(phone, 0) AS hash FROM unnest(CAST(:phones AS text[])) phone ORDER BY 1
    ) sorted
""")

_WHOLE = sa.select(tables.progress, tables.orders).join_from(
    tables.progress, tables.orders, tables.orders.c.id == tables.progress.c.order_id
)


class SqlOrders:
    def __init__(self, connection: AsyncConnection, progress: SqlProgress) -> None:
        self._connection = connection
        self._progress = progress

    async def look_up(
        self,
        *,
        phone: str | None,
        skus: Collection[str],
        channel: str,
        source: str,
        external_id: str | None,
        day: date,
        address: Sought | None,
        ward_code: str | None,
    ) -> Knowledge:
        """What intake must know, in one statement. Locks the phone until the end of the transaction (ORD-06)."""
        asked: dict[str, Any] = {"phone": phone, "skus": sorted(skus), "channel": channel, "source": source}
        asked |= {"external_id": external_id, "day": day, "ward_code": ward_code} | asked_of(address)
        found = (await self._connection.execute(_LOOK_UP, asked)).one()
        return Knowledge(
            number=found.number,
            products={row["sku"]: Product(**row) for row in found.products or ()},
            channel=Channel(**found.channel) if found.channel else None,
            source=Source(**found.source) if found.source else None,
            blacklisted=found.blacklisted,
            existing=found.existing,
            same_name=book_wards(found.wards) if found.book else None,
            ward=Ward(**found.ward) if found.ward else None,
        )

    async def look_over(
        self,
        *,
        windows: Sequence[Window],
        skus: Collection[str],
        channels: Collection[str],
        handed_in: Collection[tuple[str, str | None]],
        numbers: int,
        day: date,
    ) -> Overview:
        """What intake must know of many orders, in three statements. Locks nothing: see :meth:`lock_phones`."""
        phones = [window.phone for window in windows]
        named = [(source, external_id) for source, external_id in handed_in if external_id is not None]
        asked = {
            "day": day,
            "numbers": numbers,
            "skus": sorted(skus),
            "channels": sorted(channels),
            "sources": sorted({source for source, _ in handed_in}),
            "phones": phones,
        }
        found = (await self._connection.execute(_LOOK_OVER, asked)).one()
        before = await self._connection.execute(
            _BEFORE, {"sources": [source for source, _ in named], "external_ids": [given for _, given in named]}
        )
        times = {"sinces": [each.since for each in windows], "untils": [each.until for each in windows]}
        sighted: dict[str, list[Sighting]] = {phone: [] for phone in phones}
        for row in await self._connection.execute(_SIGHTED, {"phones": phones} | times):
            sighted[row.phone].append(Sighting(code=row.code, placed_at=row.placed_at, skus=frozenset(row.skus)))
        return Overview(
            numbers=found.numbers,
            products={row["sku"]: Product(**row) for row in found.products or ()},
            channels={row["code"]: Channel(**row) for row in found.channels or ()},
            sources={row["code"]: Source(**row) for row in found.sources or ()},
            blacklisted=frozenset(found.blacklisted),
            existing={(row["source"], row["external_id"]): Before(**row) for row in before.mappings()},
            sightings=sighted,
        )

    async def sightings(
        self, phone: str, placed_at: datetime, window: timedelta, *, besides: UUID | None = None
    ) -> Sequence[Sighting]:
        """Live orders of the phone around that time. Its lock must be held, or two doors could both miss."""
        asked = {"phone": phone, "since": placed_at - window, "until": placed_at + window, "besides": besides}
        rows = await self._connection.execute(_SIGHTINGS, asked)
        return [Sighting(code=row.code, placed_at=row.placed_at, skus=frozenset(row.skus)) for row in rows]

    async def products(self, skus: Collection[str]) -> Mapping[str, Product]:
        rows = await self._connection.execute(sa.text(_PRODUCTS), {"skus": sorted(skus)})
        return {row["sku"]: Product(**row) for row in rows.mappings()}

    async def is_blacklisted(self, phone: str) -> bool:
        c = tables.customers.c
        asked = sa.select(sa.exists().where(c.phone == phone, c.blacklisted))
        return bool((await self._connection.execute(asked)).scalar())

    async def lock_phones(self, phones: Collection[str]) -> None:
        await self._connection.execute(_LOCK_PHONES, {"phones": list(phones)})

    async def add(self, order: Order, entries: Sequence[Entry]) -> bool:
        """Write the order, its progress and the beginning of its story; false if somebody handed it in before.

        Facts that came before the order are on its progress already; they stay, and count from now on.
        """
        begun = progress_row(order.progress) | {"code": order.code, "placed_at": order.placed_at}
        written = await self._connection.execute(
            _ADD,
            {
                "order": _json(order_row(order)),
                "progress": _json(begun),
                "entries": _json(entries),
            },
        )
        row = written.mappings().first()
        if row is None:
            return False
        if row["heard_at"] is not None:
            order.progress = (await self._progress.lock([order.id]))[order.id]
            await self._progress.save([order.progress])
        return True

    async def add_many(self, placed: Sequence[Order], entries: Sequence[Entry]) -> int:
        """Write new orders with one statement; how many of them nobody had handed in before."""
        if not placed:
            return 0
        begun = [progress_row(each.progress) | {"code": each.code, "placed_at": each.placed_at} for each in placed]
        values = {
            "orders": _json([order_row(order) for order in placed]),
            "progress": _json(begun),
            "entries": _json(entries),
        }
        return int((await self._connection.execute(_ADD_MANY, values)).scalar_one())

    async def get(self, ref: UUID | str, stores: Stores) -> Order:
        """The order with this id or code, locked. Raises ``OrderNotFound``, also for one of another store."""
        conditions = [which(ref)] if stores is None else [which(ref), tables.orders.c.store_id.in_(stores)]
        wanted = _WHOLE.where(*conditions).with_for_update(of=[tables.progress, tables.orders])
        return await self._one(wanted, ref)

    async def get_all(self, refs: Sequence[UUID | str], stores: Stores) -> list[Order]:
        """All these orders, locked, in the order in which they were asked for; as :meth:`get` otherwise."""
        matching = sa.or_(*(which(ref) for ref in refs))
        conditions = [matching] if stores is None else [matching, tables.orders.c.store_id.in_(stores)]
        wanted = _WHOLE.where(*conditions).order_by(tables.progress.c.order_id)
        rows = (await self._connection.execute(wanted.with_for_update(of=[tables.progress, tables.orders]))).mappings()
        found = {name: order for order in map(_order, rows) for name in (order.id, order.code)}
        return [_named(ref, found) for ref in refs]

    async def read(self, ids: Collection[UUID]) -> list[Order]:
        """These orders, not locked, in the order of ``ids``."""
        rows = (await self._connection.execute(_WHOLE.where(tables.orders.c.id.in_(ids)))).mappings()
        found = {order.id: order for order in map(_order, rows)}
        return [found[id] for id in ids]

    async def next_numbers(self, day: date, count: int) -> list[int]:
        """So many numbers of that day, for codes."""
        asked = sa.select(sa.func.next_order_number(day)).select_from(sa.func.generate_series(1, count))
        return list((await self._connection.execute(asked)).scalars())

    async def handed_in(self, source: str, external_id: str, stores: Stores) -> Order:
        """The order a source handed in under this id, only to be shown. Raises ``OrderNotFound``.

        Not locked: intake holds a phone by now, which others lock after an order.
        """
        o = tables.orders.c
        conditions = [o.source == source, o.external_id == external_id]
        if stores is not None:
            conditions.append(o.store_id.in_(stores))
        return await self._one(_WHOLE.where(*conditions), external_id)

    async def _one(self, wanted: sa.Select[Any], ref: UUID | str) -> Order:
        row = (await self._connection.execute(wanted)).mappings().first()
        if row is None:
            raise OrderNotFound(id=str(ref))
        return _order(row)

    async def behind(self, progresses: Mapping[UUID, Progress]) -> Mapping[UUID, Order]:
        """The orders of progresses that are locked already."""
        if not progresses:
            return {}
        wanted = sa.select(tables.orders).where(tables.orders.c.id.in_(progresses))
        rows = (await self._connection.execute(wanted)).mappings()
        return {row["id"]: order_of(row, progresses[row["id"]]) for row in rows}

    async def save(self, *changed: Order) -> None:
        """Write what a command changed, as the next version."""
        for order in changed:
            order.version += 1
        await self._connection.execute(_SAVE, {"rows": _json([order_row(order) for order in changed])})
        await self._progress.save([order.progress for order in changed])


def _order(row: sa.RowMapping) -> Order:
    return order_of(part(row, tables.orders), progress_of(part(row, tables.progress)))


def _named(ref: UUID | str, found: Mapping[UUID | str, Order]) -> Order:
    """The order that is meant by an id or a code, in whichever case somebody typed it."""
    names: list[UUID | str] = [ref] if isinstance(ref, UUID) else [ref.upper()] if is_code(ref) else [UUID(ref)]
    order = found.get(names[0])
    if order is None:
        raise OrderNotFound(id=str(ref))
    return order


def which(ref: UUID | str) -> sa.ColumnElement[bool]:
    """An order by its id or by its code, in whichever case somebody typed it."""
    if isinstance(ref, str) and is_code(ref):
        return tables.orders.c.code == ref.upper()
    try:
        return tables.orders.c.id == (ref if isinstance(ref, UUID) else UUID(ref))
    except ValueError:
        raise OrderNotFound(id=ref) from None


def part(row: sa.RowMapping, table: sa.Table) -> dict[str, Any]:
    """One table's columns of a joined row (both have a code)."""
    return {column.name: row[column] for column in table.c}


def _json(value: object) -> str:
    return to_json(value).decode()
