"""Read side: straight SQL, nothing is locked. Every list goes down an index, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters import tables
from orders.adapters.mapping import order_of, progress_of
from orders.adapters.orders import part, which
from orders.domain.errors import OrderNotFound
from orders.domain.order import Order
from orders.domain.words import folded

o, p = tables.orders.c, tables.progress.c
JOINED = sa.join(tables.orders, tables.progress, o.id == p.order_id)
LISTED = (
    o.id,
    o.code,
    o.channel,
    o.source,
    o.external_id,
    o.store_id,
    o.owner_id,
    o.contact["name"].astext.label("name"),
    o.phone,
    o.contact["address"]["province"].astext.label("province"),
    o.skus,
    o.total,
    o.currency,
    o.payment,
    o.placed_at,
    o.confirmed_at,
    o.version,
    p.status,
    p.flags,
    p.paid,
    p.tracking,
    p.waiting_since,
)
RARE = 1_000
"""So many orders with the words looked for are sorted one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list shows; deleted orders only by their status, or if they need a person (ORD-15). ``until`` is excluded;
    ``stores``: those to which the reader is confined."""

    status: Sequence[str] = ()
    flag: str | None = None
    channel: str | None = None
    source: str | None = None
    phone: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    stores: frozenset[str] | None


async def list_orders(
    connection: AsyncConnection, wanted: Filter, *, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[RowMapping]:
    """Newest first. Filtered by one status, the order comes from the index of that status, else from the orders'."""
    by_status = len(wanted.status) == 1
    placed_at, id = (p.placed_at, p.order_id) if by_status else (o.placed_at, o.id)
    query = sa.select(*LISTED).select_from(JOINED).order_by(placed_at.desc(), id.desc()).limit(limit)
    if wanted.text is not None:
        query = query.where(await _about(connection, wanted.text))
    if wanted.since is not None:
        query = query.where(placed_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(placed_at < wanted.until)
    if after is not None:
        query = query.where(sa.tuple_(placed_at, id) < sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return (await connection.execute(query.where(*_plain(wanted)))).mappings().all()


def _plain(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(p.status.in_(wanted.status))
    elif wanted.flag is None:
        conditions.append(p.status != "deleted")
    if wanted.flag is not None:
        conditions += [p.flags.contains([wanted.flag]), p.flags != sa.cast([], p.flags.type)]
    for column, value in ((o.channel, wanted.channel), (o.source, wanted.source), (o.phone, wanted.phone)):
        if value is not None:
            conditions.append(column == value)
    if wanted.stores is not None:
        conditions.append(o.store_id.in_(wanted.stores))
    return conditions


async def _about(connection: AsyncConnection, text: str) -> sa.ColumnElement[bool]:
    """Code, outside number, words of the name, a phone, or a tracking number: words match by their beginning.

    Rare words are looked up in their index; common ones (half of all names are Nguyễn) are met soon by whoever walks
    the orders from the newest on. The planner cannot tell them apart, so this does.
    """
    tracked = (await connection.execute(sa.select(p.order_id).where(p.tracking == text.strip()))).scalars().all()
    if tracked:
        return o.id.in_(tracked)
    digits = text.replace(" ", "").replace(".", "").removeprefix("+")
    words = [digits] if digits.isdecimal() else folded(text)
    if not words:
        return sa.false()
    query = sa.func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words[:10]))
    matching = sa.func.array_to_tsvector(o.words).op("@@", is_comparison=True)(query)
    rare = (await connection.execute(sa.select(o.id).where(matching).limit(RARE + 1))).scalars().all()
    return o.id.in_(rare) if len(rare) <= RARE else matching


async def get_order(connection: AsyncConnection, ref: UUID | str, stores: frozenset[str] | None) -> Order:
    """One order as it is now. Raises ``OrderNotFound``, also for one of another store."""
    query = sa.select(tables.orders, tables.progress).select_from(JOINED).where(which(ref))
    if stores is not None:
        query = query.where(o.store_id.in_(stores))
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise OrderNotFound(id=str(ref))
    return order_of(part(row, tables.orders), progress_of(part(row, tables.progress)))


async def timeline(connection: AsyncConnection, order_id: UUID) -> Sequence[RowMapping]:
    """The whole story in the order in which it happened (ORD-29)."""
    s = tables.story.c
    query = sa.select(tables.story).where(s.order_id == order_id).order_by(s.at, s.id)
    return (await connection.execute(query)).mappings().all()
