"""When all money and fees of an order are settled, orders is told once (ACC-01)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from accounting.application.ports import Work
from accounting.domain.order_money import OrderMoney
from accounting.domain.shipment import Shipment, is_settled
from contracts.accounting.v1 import SettlementReconciled
from contracts.event import Event
from contracts.money import Money


async def settle(orders: Collection[OrderMoney], uow: Work, causes: Mapping[UUID, Event] | None = None) -> None:
    """Announce those that are settled now. The orders are locked and hold what this transaction does to them; they
    and the shipments are saved here and before."""
    candidates = [order for order in orders if order.reconciled_at is None and not order.balance]
    parcels: dict[UUID, list[Shipment]] = defaultdict(list)
    if candidates:
        for shipment in await uow.shipments.of_orders([order.order_id for order in candidates]):
            parcels[shipment.order_id].append(shipment)
    for order in candidates:
        sent = parcels[order.order_id]
        if is_settled(order, sent):
            order.reconciled_at = uow.now
            cod = sum(each.received + each.fee_booked for each in sent)
            fee = sum(each.fee_booked for each in sent)
            uow.publish(
                SettlementReconciled(
                    order_id=order.order_id,
                    cod=Money(amount=cod, currency=order.currency),
                    fee=Money(amount=fee, currency=order.currency),
                ),
                cause=causes[order.order_id] if causes else None,
            )
    await uow.orders.save(orders)
