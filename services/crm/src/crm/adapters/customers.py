"""Customers: one per phone. Rows are locked sorted by phone or id, after the rows of their orders."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.adapters.tables import blacklist_history, buys_in, contacts, customers
from crm.domain.customer import Customer, Meeting
from crm.domain.errors import CustomerNotFound

_MEET = sa.text("""
    INSERT INTO customers AS c (id, phone, name, email, address, store_id, first_order_at, last_order_at)
    SELECT CASE WHEN EXISTS (SELECT FROM customers k WHERE k.id = own.id AND k.erased) THEN n.id ELSE own.id END,
           n.phone, n.name, n.email, CAST(n.address AS jsonb), n.store_id, n.at, n.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:phones AS text[]), CAST(:names AS text[]), CAST(:emails AS text[]),
                CAST(:addresses AS text[]), CAST(:stores AS text[]), CAST(:ats AS timestamptz[]))
         AS n (id, phone, name, email, address, store_id, at),
         naming,
         LATERAL encode(sha256(naming.salt || convert_to(n.phone, 'UTF8')), 'hex') AS digest,
         LATERAL CAST(left(digest, 32) AS uuid) AS own (id)
    ORDER BY n.phone
    ON CONFLICT (phone) DO UPDATE SET
        name = CASE WHEN excluded.last_order_at >= c.last_order_at THEN excluded.name ELSE c.name END,
        email = CASE WHEN excluded.last_order_at >= c.last_order_at THEN coalesce(excluded.email, c.email)
                     ELSE c.email END,
        address = CASE WHEN excluded.last_order_at >= c.last_order_at THEN excluded.address ELSE c.address END,
        store_id = coalesce(c.store_id, excluded.store_id),
        first_order_at = least(c.first_order_at, excluded.first_order_at),
        last_order_at = greatest(c.last_order_at, excluded.last_order_at)
    RETURNING id, phone
""")

_REMEMBER_CONTACTS = sa.text("""
    INSERT INTO contacts AS k (customer_id, fingerprint, name, email, address, first_used_at, last_used_at)
    SELECT n.customer_id, md5(concat_ws('|', n.name, n.email, n.address)), n.name, n.email, CAST(n.address AS jsonb),
           min(n.at), max(n.at)
    FROM unnest(CAST(:customers AS uuid[]), CAST(:names AS text[]), CAST(:emails AS text[]),
                CAST(:addresses AS text[]), CAST(:ats AS timestamptz[])) AS n (customer_id, name, email, address, at)
    GROUP BY n.customer_id, n.name, n.email, n.address
    ORDER BY n.customer_id, 2
    ON CONFLICT (customer_id, fingerprint) DO UPDATE SET
        first_used_at = least(k.first_used_at, excluded.first_used_at),
        last_used_at = greatest(k.last_used_at, excluded.last_used_at)
""")

_LOCK = sa.text("SELECT id FROM customers WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE")

_RECOUNT = sa.text("""
    UPDATE customers c SET
        orders = n.orders, cancelled = n.cancelled, delivered = n.delivered, refusals = n.refusals, points = n.points,
        version = c.version + 1
    FROM (
        SELECT customer_id, count(*) FILTER (WHERE stands) AS orders,
               count(cancelled_at) FILTER (WHERE stands) AS cancelled, count(delivered_at) AS delivered,
               count(*) FILTER (WHERE refused_at IS NOT NULL AND delivered_at IS NULL) AS refusals,
               coalesce(sum(points), 0) AS points
        FROM (
            SELECT *, cancel_reason IS NULL OR cancel_reason NOT IN ('split', 'merged') AS stands
            FROM customer_orders WHERE customer_id = ANY(CAST(:ids AS uuid[]))
        ) counted
        GROUP BY customer_id
    ) n
    WHERE c.id = n.customer_id
""")


class SqlCustomers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def meet(self, meetings: Sequence[Meeting]) -> dict[str, UUID]:
        """Make or freshen the customers behind these phones; phone -> id.

        A new customer's id follows from the phone, so that a database that was put back to an older copy makes the same
        customers again. Only one who had been erased comes back as somebody else. The first store he is known to have
        bought in stays his; what its staff may see goes by his orders (``buys_in``).
        """
        newest: dict[str, Meeting] = {}
        for each in sorted(meetings, key=lambda meeting: meeting.at):
            known = newest.get(each.phone)
            newest[each.phone] = replace(each, store_id=known.store_id or each.store_id) if known else each
        people = list(newest.values())
        rows = await self._connection.execute(
            _MEET,
            {
                "ids": [each.id for each in people],
                "phones": [each.phone for each in people],
                "names": [each.name for each in people],
                "emails": [each.email for each in people],
                "addresses": [each.written_address for each in people],
                "stores": [each.store_id for each in people],
                "ats": [each.at for each in people],
            },
        )
        ids: dict[str, UUID] = {row.phone: row.id for row in rows}
        await self._connection.execute(
            _REMEMBER_CONTACTS,
            {
                "customers": [ids[each.phone] for each in meetings],
                "names": [each.name for each in meetings],
                "emails": [each.email for each in meetings],
                "addresses": [each.written_address for each in meetings],
                "ats": [each.at for each in meetings],
            },
        )
        return ids

    async def recount(self, ids: Iterable[UUID]) -> Sequence[Customer]:
        """Bring counts and points of these customers up to their orders; they as they are now."""
        wanted = sorted(set(ids))
        await self._connection.execute(_LOCK, {"ids": wanted})
        await self._connection.execute(_RECOUNT, {"ids": wanted})
        rows = await self._connection.execute(sa.select(customers).where(customers.c.id.in_(wanted)))
        return [Customer(**row) for row in rows.mappings()]

    async def get(self, id: UUID, stores: frozenset[str] | None) -> Customer:
        """The customer, locked. ``stores`` None sees everybody."""
        wanted = sa.select(customers).where(customers.c.id == id).with_for_update()
        if stores is not None:
            wanted = wanted.where(buys_in(stores))
        row = (await self._connection.execute(wanted)).mappings().first()
        if row is None:
            raise CustomerNotFound(id=str(id))
        return Customer(**row)

    async def change(self, id: UUID, **values: Any) -> Customer:
        """Set columns of a locked customer; it as it is now."""
        changed = (
            customers.update().where(customers.c.id == id).values(version=customers.c.version + 1, **values)
        ).returning(customers)
        return Customer(**(await self._connection.execute(changed)).mappings().one())

    async def note_blacklisting(self, **row: Any) -> None:
        await self._connection.execute(blacklist_history.insert().values(**row))

    async def forget_contacts(self, id: UUID) -> None:
        await self._connection.execute(contacts.delete().where(contacts.c.customer_id == id))
