"""What the books tell about orders (``accounting.payment.v1``): the one place that writes the money facet."""

from collections.abc import Sequence

from chassis import consumer
from contracts.accounting.v1 import (
    CodDifference,
    CodExpected,
    PaymentEvent,
    PaymentReceived,
    RefundPaid,
    RefundRequested,
    SettlementReconciled,
)
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.record_facts import record, record_payments, unchanged

books = consumer("books", PaymentEvent)


@books.on_batch(PaymentReceived)
async def on_payment_received(events: Sequence[PaymentReceived], uow: OrdersUnitOfWork) -> None:
    """COD = total − paid (ORD-35): who collects must hear of it."""
    await record_payments(events, uow)


@books.on_batch(CodExpected)
async def on_cod_expected(events: Sequence[CodExpected], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, unchanged)


@books.on_batch(CodDifference)
async def on_cod_difference(events: Sequence[CodDifference], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, _: progress.disputed_by_carrier())


@books.on_batch(SettlementReconciled)
async def on_settlement_reconciled(events: Sequence[SettlementReconciled], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: progress.settled(event.meta.occurred_at))


@books.on_batch(RefundRequested)
async def on_refund_requested(events: Sequence[RefundRequested], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, unchanged)


@books.on_batch(RefundPaid)
async def on_refund_paid(events: Sequence[RefundPaid], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: progress.refunded_so_far(event.refunded.amount))
