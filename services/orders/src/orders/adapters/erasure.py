"""Orders of customers who asked to be forgotten: what was bought stays, the person does not."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.mapping import sql_list
from orders.domain.facets import ENDED

# An order on its way still needs its address; it is anonymised by a later run, when it has ended or is settled.
_ENDED = sa.text(f"""
    SELECT p.order_id FROM customers c
    JOIN orders o ON o.phone = c.former_phone AND o.placed_at <= c.erased_at
    JOIN progress p ON p.order_id = o.id
    WHERE c.former_phone IS NOT NULL
      AND (p.sales IN ({sql_list(ENDED)}) OR p.money = 'reconciled')
    LIMIT :limit FOR UPDATE OF p SKIP LOCKED
""")  # noqa: S608 - words of our own
# Whatever people wrote freely may name the person as well.
_FORGET = (
    sa.text("""
        UPDATE orders SET
            phone = '', note = NULL, destination = NULL, words = ARRAY[lower(code)], version = version + 1,
            hold = hold || '{"note": null}',
            calls = (
                SELECT coalesce(jsonb_agg(each || '{"note": null}'), '[]') FROM jsonb_array_elements(calls) each
            ),
            contact = jsonb_build_object(
                'name', '–', 'phone', '', 'email', NULL,
                'address', contact -> 'address' || '{"street": "–", "ward": "–", "district": null}'
            )
        WHERE id = ANY(CAST(:ids AS uuid[]))
    """),
    sa.text("UPDATE progress SET cancel_note = NULL, address = NULL WHERE order_id = ANY(CAST(:ids AS uuid[]))"),
    sa.text("UPDATE story SET details = details - 'note' WHERE order_id = ANY(CAST(:ids AS uuid[]))"),
)
_DONE = sa.text("""
    UPDATE customers c SET former_phone = NULL
    WHERE former_phone IS NOT NULL
      AND NOT EXISTS (SELECT FROM orders o WHERE o.phone = c.former_phone AND o.placed_at <= c.erased_at)
""")


async def forget_erased(connection: AsyncConnection, limit: int) -> Sequence[UUID]:
    """Anonymise up to ``limit`` orders; their ids. Forgets the phone of whoever has no order left under it."""
    forgotten = (await connection.execute(_ENDED, {"limit": limit})).scalars().all()
    for statement in _FORGET if forgotten else (_DONE,):
        await connection.execute(statement, {"ids": list(forgotten)} if forgotten else {})
    return forgotten
