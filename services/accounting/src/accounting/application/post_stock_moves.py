"""What inventory says its moves are worth, as vouchers. The stock account therefore equals inventory's ledger."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.application.ports import Work
from accounting.domain.stock import entry_of_move
from contracts.inventory.v1 import StockMoved


async def post_stock_moves(events: Sequence[StockMoved], uow: Work) -> None:
    """Set-based: one voucher per move, all in a few statements."""
    chart = await uow.journal.chart()
    await uow.journal.post(
        entry_of_move(
            chart,
            move_id=event.move_id,
            kind=event.kind.value,
            sku=event.sku,
            quantity=event.quantity,
            value=event.value.amount,
            currency=event.value.currency,
            order_id=event.order_id,
            document=event.document,
            day=uow.day_of(event.meta.occurred_at),
        )
        for event in events
    )
