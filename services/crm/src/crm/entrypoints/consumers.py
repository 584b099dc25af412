"""What customer care does with other services' facts. Each is written down at once, whatever came before it."""

from collections.abc import Sequence

from chassis import consumer
from contracts.inventory.v1 import FulfilmentEvent, ReturnInspected
from contracts.orders.v1 import OrderCancelled, OrderEvent, OrderPlaced
from contracts.shipping.v1 import ShipmentDelivered, ShipmentEvent, ShipmentReturned
from crm.adapters.unit_of_work import CrmUnitOfWork
from crm.application.keep_customers import meet_customers, settle
from crm.application.thresholds import dong_per_point

orders = consumer("orders", OrderEvent)
shipments = consumer("shipments", ShipmentEvent)
warehouse = consumer("warehouse", FulfilmentEvent)

consumers = [orders, shipments, warehouse]


@orders.on_batch(OrderPlaced)
async def on_order_placed(events: Sequence[OrderPlaced], uow: CrmUnitOfWork) -> None:
    await meet_customers(events, uow)


@orders.on_batch(OrderCancelled)
async def on_order_cancelled(events: Sequence[OrderCancelled], uow: CrmUnitOfWork) -> None:
    """One that was split or merged was not given up: its successors are the customer's orders in its place."""
    rows = [
        {
            "order_id": each.order_id,
            "cancelled_at": each.meta.occurred_at,
            "cancel_reason": each.reason.value if each.became == "cancelled" else each.became,
        }
        for each in events
    ]
    await uow.customer_orders.cancelled(rows, uow.now)
    await settle({each.order_id: each for each in events}, uow)


@shipments.on_batch(ShipmentDelivered)
async def on_delivered(events: Sequence[ShipmentDelivered], uow: CrmUnitOfWork) -> None:
    """Points are earned (CRM-01), at the rate of the day."""
    rate = uow.setting(dong_per_point)
    rows = [
        {
            "order_id": each.order_id,
            "delivered_at": each.delivered_at,
            "bought": {str(line.line_id): [line.quantity, line.amount.amount] for line in each.lines},
            "dong_per_point": rate,
        }
        for each in events
    ]
    await uow.customer_orders.delivered(rows, uow.now)
    await settle({each.order_id: each for each in events}, uow)


@shipments.on_batch(ShipmentReturned)
async def on_returned(events: Sequence[ShipmentReturned], uow: CrmUnitOfWork) -> None:
    """A parcel that came back undelivered was refused; one that had been delivered is a return by agreement."""
    rows = [{"order_id": each.order_id, "refused_at": each.meta.occurred_at} for each in events]
    await uow.customer_orders.refused(rows, uow.now)
    await settle({each.order_id: each for each in events}, uow)


@warehouse.on_batch(ReturnInspected)
async def on_return_inspected(events: Sequence[ReturnInspected], uow: CrmUnitOfWork) -> None:
    """Points for goods that came back are taken back in proportion (CRM-01)."""
    rows = [
        {
            "order_id": each.order_id,
            "inspected": {
                str(each.return_id): [[str(line.line_id), line.grade.value, line.quantity] for line in each.lines]
            },
        }
        for each in events
    ]
    await uow.customer_orders.inspected(rows, uow.now)
    await settle({each.order_id: each for each in events}, uow)
