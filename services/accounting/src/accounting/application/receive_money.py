"""The carrier's money arrives, all of it or a part; orders whose money is complete are settled (ACC-01, scenario 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.application.ports import Receipt, Work
from accounting.application.settle import settle
from accounting.domain.entry import Entry
from accounting.domain.payment import ReferenceUsed
from accounting.domain.reconciliation import entry_of_receipt
from accounting.domain.shipment import Shipment
from accounting.domain.statement import Statement, StatementLine, allocate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveMoney:
    """``amount`` is below zero where fees exceed the COD and we paid the carrier."""

    statement_id: UUID
    amount: int
    reference: str
    received_on: date | None


async def receive_money(command: ReceiveMoney, uow: Work) -> Statement:
    """Pays the statement's own sums in the order of its lines, then debts that were carried. Idempotent per bank
    reference; ``MoreThanDue`` beyond what is open."""
    statement = await uow.statements.get(command.statement_id)
    receipt = Receipt(
        uow.new_id(),
        statement.id,
        command.amount,
        statement.currency,
        command.reference,
        command.received_on or uow.today,
        uow.now,
        str(uow.actor),
    )
    existing = await uow.statements.add_receipt(receipt)
    if existing is not None:
        if (existing.statement_id, existing.amount) != (statement.id, command.amount):
            raise ReferenceUsed(reference=command.reference)
        return statement
    statement.receive(command.amount, uow.now)
    lines = [each for each in await uow.statements.lines(statement) if each.remit != each.received or each.carried]
    orders = await uow.orders.locked({line.order_id for line in lines if line.order_id is not None})
    shipments = await uow.shipments.of(
        {
            line.shipment_id: line.order_id
            for line in lines
            if line.shipment_id is not None and line.order_id is not None
        }
    )
    entry = await take_in(
        statement, lines, shipments, receipt.id, command.amount, receipt.received_on, command.reference, uow
    )
    await uow.shipments.save(shipments.values())
    await uow.statements.save_lines(statement, lines)
    await uow.statements.save(statement)
    await settle(orders.values(), uow)
    await uow.journal.post([entry])
    uow.audit(
        "receive",
        "cod-statement",
        statement.id,
        after={"amount": command.amount, "reference": command.reference, "state": statement.state.value},
    )
    return statement


async def take_in(
    statement: Statement,
    lines: Sequence[StatementLine],
    shipments: dict[UUID, Shipment],
    receipt_id: UUID,
    amount: int,
    day: date,
    reference: str,
    uow: Work,
) -> Entry | None:
    """Share a receipt among lines and parcels. Returns its voucher; the caller saves and posts."""
    shares = allocate(amount, lines, {id: max(each.unclaimed, 0) for id, each in shipments.items()})
    for share in shares:
        if share.carried:
            share.line.carried -= share.amount
        else:
            share.line.received += share.amount
        if share.line.shipment_id is not None:
            shipments[share.line.shipment_id].receive(share.amount, pending=not share.carried)
    return entry_of_receipt(
        await uow.journal.chart(),
        statement,
        receipt_id=receipt_id,
        amount=amount,
        shares=shares,
        day=day,
        reference=reference,
    )
