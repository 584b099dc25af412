"""Read side: straight SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.adapters.tables import blacklist_history, buys_in, contacts, customer_orders, customers, points_ledger
from crm.domain.errors import CustomerNotFound

Rows = Sequence[sa.Row[Any]]


async def list_customers(
    connection: AsyncConnection,
    *,
    limit: int,
    after: tuple[datetime | None, UUID] | None,
    phone: str | None,
    words: str | None,
    blacklisted: bool | None,
    stores: frozenset[str] | None,
) -> Rows:
    """Who ordered last comes first; erased ones, who have no phone, are left out of searches by themselves."""
    columns = customers.c
    rows = sa.select(customers).order_by(columns.last_order_at.desc().nulls_last(), columns.id.desc()).limit(limit)
    if phone is not None:
        rows = rows.where(columns.phone == phone)
    if words is not None:
        part = f"%{_literal(words.lower())}%"
        rows = rows.where(
            sa.or_(sa.func.lower(columns.name).like(part, escape="\\"), columns.phone.like(part, escape="\\"))
        )
    if blacklisted is not None:
        rows = rows.where(columns.blacklisted.is_(blacklisted))
    if stores is not None:
        rows = rows.where(buys_in(stores))
    if after is not None:
        last, id = after
        if last is None:
            rows = rows.where(columns.last_order_at.is_(None), columns.id < id)
        else:
            rows = rows.where(
                sa.or_(
                    columns.last_order_at < last,
                    sa.and_(columns.last_order_at == last, columns.id < id),
                    columns.last_order_at.is_(None),
                )
            )
    return (await connection.execute(rows)).all()


async def get_customer(connection: AsyncConnection, id: UUID, stores: frozenset[str] | None) -> sa.Row[Any]:
    wanted = sa.select(customers).where(customers.c.id == id)
    if stores is not None:
        wanted = wanted.where(buys_in(stores))
    row = (await connection.execute(wanted)).first()
    if row is None:
        raise CustomerNotFound(id=str(id))
    return row


async def orders_of(
    connection: AsyncConnection,
    id: UUID,
    stores: frozenset[str] | None,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> Rows:
    """Newest first; of these stores only, where some are named: a buyer of two stores has a history in each."""
    columns = customer_orders.c
    rows = (
        sa.select(customer_orders)
        .where(columns.customer_id == id)
        .order_by(columns.placed_at.desc(), columns.order_id.desc())
        .limit(limit)
    )
    if stores is not None:
        rows = rows.where(columns.store_id.in_(stores))
    if after is not None:
        rows = rows.where(sa.tuple_(columns.placed_at, columns.order_id) < sa.tuple_(*map(sa.literal, after)))
    return (await connection.execute(rows)).all()


async def points_of(connection: AsyncConnection, id: UUID, *, limit: int, after: UUID | None = None) -> Rows:
    """Newest first."""
    rows = (
        sa.select(points_ledger)
        .where(points_ledger.c.customer_id == id)
        .order_by(points_ledger.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        rows = rows.where(points_ledger.c.id < after)
    return (await connection.execute(rows)).all()


async def contacts_of(connection: AsyncConnection, id: UUID) -> Rows:
    """The name and address used last come first; at most 50."""
    rows = sa.select(contacts).where(contacts.c.customer_id == id).order_by(contacts.c.last_used_at.desc()).limit(50)
    return (await connection.execute(rows)).all()


async def blacklistings_of(connection: AsyncConnection, id: UUID) -> Rows:
    """Newest first; at most 50."""
    rows = (
        sa.select(blacklist_history)
        .where(blacklist_history.c.customer_id == id)
        .order_by(blacklist_history.c.id.desc())
        .limit(50)
    )
    return (await connection.execute(rows)).all()


def _literal(text: str) -> str:
    """As it is typed, not as a pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
