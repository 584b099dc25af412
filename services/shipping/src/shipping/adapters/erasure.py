"""Parcels of customers who asked to be forgotten: what was shipped stays, the person does not."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# A parcel on its way still needs its address; a later run takes the person out, when it has ended.
_ENDED = sa.text("""
    SELECT s.order_id FROM customers c
    JOIN shipments s ON s.phone = c.former_phone AND s.created_at <= c.erased_at
    WHERE c.former_phone IS NOT NULL
      AND s.status IN ('delivered', 'returned', 'lost', 'damaged', 'cancelled')
    UNION
    SELECT o.order_id FROM customers c
    JOIN consignments o ON o.terms -> 'receiver' ->> 'phone' = c.former_phone AND o.heard_at <= c.erased_at
    WHERE c.former_phone IS NOT NULL AND o.shipment_id IS NULL AND o.called_off_at IS NOT NULL
    LIMIT :limit
""")
_LOCK = sa.text("""
    SELECT order_id FROM consignments WHERE order_id = ANY(CAST(:ids AS uuid[])) ORDER BY order_id
    FOR UPDATE SKIP LOCKED
""")
_NOBODY = """'{"name": "–", "phone": "", "street": "–", "ward": "–", "district": null, "standard": null}'::jsonb"""


def _nobodys(kept: str) -> str:
    """Terms, or a waybill, without the person: the address, and whatever people wrote freely."""
    return f"{kept} || jsonb_build_object('receiver', {kept} -> 'receiver' || {_NOBODY}, 'note', null)"


_FORGET = tuple(
    sa.text(statement)
    for statement in (
        f"""
        UPDATE consignments SET terms = {_nobodys("terms")}
        WHERE order_id = ANY(CAST(:ids AS uuid[])) AND terms IS NOT NULL
        """,  # noqa: S608 - a constant of this module
        f"""
        UPDATE shipments SET phone = '', version = version + 1,
            terms = {_nobodys("terms")}
        WHERE order_id = ANY(CAST(:ids AS uuid[]))
        """,  # noqa: S608 - as above
        f"""
        UPDATE waybill_copies w SET waybill = {_nobodys("w.waybill")}
        FROM shipments s WHERE s.id = w.shipment_id AND s.order_id = ANY(CAST(:ids AS uuid[]))
        """,  # noqa: S608 - as above
        # Couriers write freely why a try failed.
        """
        UPDATE scans c SET reason = NULL FROM shipments s
        WHERE s.tracking = c.tracking AND s.order_id = ANY(CAST(:ids AS uuid[])) AND c.reason IS NOT NULL
        """,
    )
)
_DONE = sa.text("""
    UPDATE customers c SET former_phone = NULL
    WHERE former_phone IS NOT NULL
      AND NOT EXISTS (SELECT FROM shipments s WHERE s.phone = c.former_phone AND s.created_at <= c.erased_at)
      AND NOT EXISTS (
          SELECT FROM consignments o
          WHERE o.terms -> 'receiver' ->> 'phone' = c.former_phone AND o.shipment_id IS NULL
            AND o.heard_at <= c.erased_at
      )
""")


async def forget_erased(connection: AsyncConnection, limit: int) -> Sequence[UUID]:
    """Anonymise the ended parcels of up to ``limit`` orders; their ids. What somebody works on waits for a later run.

    Forgets the phone of whoever has no parcel left under it.
    """
    ended = (await connection.execute(_ENDED, {"limit": limit})).scalars().all()
    locked = (await connection.execute(_LOCK, {"ids": list(ended)})).scalars().all() if ended else []
    for statement in _FORGET if locked else ():
        await connection.execute(statement, {"ids": list(locked)})
    if not ended:
        await connection.execute(_DONE)
    return locked
