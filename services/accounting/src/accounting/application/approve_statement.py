"""A statement without open differences is approved: fees and decisions are booked, its money is expected (ACC-01)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from accounting.application.import_statement import compare
from accounting.application.ports import Work
from accounting.application.receive_money import take_in
from accounting.application.settle import settle
from accounting.domain.matching import Difference
from accounting.domain.order_money import OrderMoney
from accounting.domain.reconciliation import entry_of_approval
from accounting.domain.shipment import Shipment
from accounting.domain.statement import Statement, StatementLine, StatementState


async def approve_statement(id: UUID, note: str | None, uow: Work) -> Statement:
    """Compares once more, under the lock of every order in it: what is approved is what the books say now."""
    statement = await uow.statements.get(id)
    statement.must_be_open("approve")
    await uow.orders.locked(_orders(await uow.statements.lines(statement)))
    await compare(statement, uow)
    lines = await uow.statements.lines(statement)
    orders = await uow.orders.locked(_orders(lines))
    shipments = await uow.shipments.of(_shipments(lines))
    net = _apply(lines, orders, shipments) if statement.state is not StatementState.DIFFERENCE else 0
    statement.approve(str(uow.actor), uow.now, net)
    entry = entry_of_approval(await uow.journal.chart(), statement, lines, uow.today)
    entries = [entry]
    if statement.state is StatementState.POSTED:
        entries.append(await take_in(statement, lines, shipments, statement.id, 0, uow.today, "0", uow))
    await uow.shipments.save(shipments.values())
    await uow.statements.save_lines(statement, lines, approved=True)
    await uow.statements.save(statement)
    await settle(orders.values(), uow)
    await uow.journal.post(entries)
    uow.audit("approve", "cod-statement", id, after={"net": statement.net, "lines": len(lines)}, reason=note)
    return statement


def _apply(lines: Sequence[StatementLine], orders: dict[UUID, OrderMoney], shipments: dict[UUID, Shipment]) -> int:
    """What each line does to its parcel and order. Returns what the lines bring together."""
    for line in lines:
        shipment = shipments[line.shipment_id] if line.shipment_id is not None else None
        if line.difference is Difference.MISSING and shipment is not None:
            line.expected_cod = max(shipment.unclaimed, 0)
        outcome = line.outcome
        line.remit, line.carried = outcome.remit, outcome.carried
        if shipment is not None and line.counts:
            shipment.approve(remit=outcome.remit, fee=outcome.fee, owed=outcome.owed)
        elif shipment is not None:
            shipment.owed += outcome.owed
        if outcome.customer and line.order_id is not None:
            orders[line.order_id].recollect(-outcome.customer)
    return sum(line.remit for line in lines)


def _orders(lines: Sequence[StatementLine]) -> set[UUID]:
    return {line.order_id for line in lines if line.order_id is not None}


def _shipments(lines: Sequence[StatementLine]) -> dict[UUID, UUID]:
    return {
        line.shipment_id: line.order_id for line in lines if line.shipment_id is not None and line.order_id is not None
    }
