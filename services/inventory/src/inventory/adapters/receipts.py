"""Receipts in PostgreSQL: one per document, whoever books it first."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import receipts
from inventory.domain.receipt import Receipt, ReceiptLine


class SqlReceipts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, receipt: Receipt) -> Receipt | None:
        row = insert(receipts).values(
            id=receipt.id,
            document=receipt.document,
            supplier=receipt.supplier,
            location_id=receipt.location_id,
            lines=[[line.sku, line.quantity, line.value] for line in receipt.lines],
            note=receipt.note,
            received_at=receipt.received_at,
            received_by=receipt.received_by,
        )
        added = await self._connection.execute(row.on_conflict_do_nothing().returning(receipts.c.id))
        if added.first() is not None:
            return None
        same = sa.select(receipts).where(receipts.c.document == receipt.document)
        return receipt_of((await self._connection.execute(same)).one())


def receipt_of(row: Any) -> Receipt:
    return Receipt(
        id=row.id,
        document=row.document,
        supplier=row.supplier,
        location_id=row.location_id,
        lines=tuple(ReceiptLine(sku, quantity, value) for sku, quantity, value in row.lines),
        note=row.note,
        received_at=row.received_at,
        received_by=row.received_by,
    )
