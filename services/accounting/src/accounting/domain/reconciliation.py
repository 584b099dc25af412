"""The vouchers of a carrier's statement: what its approval books, and what its money settles (ACC-01)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Entry, Fact, Line, Series
from accounting.domain.sale import carrier_line
from accounting.domain.statement import Share, Statement, StatementLine


def entry_of_approval(chart: Chart, statement: Statement, lines: Iterable[StatementLine], day: date) -> Entry | None:
    """One voucher for the whole statement. Fees: 6417 / 1388. A difference that was accepted goes to the customer
    (131), one that was written off to 811 or 711, money for nothing we know waits on 3388."""
    booked: list[Line] = []
    for line in lines:
        outcome = line.outcome
        loss = Role.OTHER_EXPENSE if outcome.loss > 0 else Role.OTHER_INCOME
        booked += _pair(chart, statement, line, Role.CARRIER_FEE, outcome.fee)
        booked += _pair(chart, statement, line, Role.CUSTOMER, outcome.customer)
        booked += _pair(chart, statement, line, loss, outcome.loss)
        booked += _pair(chart, statement, line, Role.UNIDENTIFIED, -outcome.unidentified)
    return Entry.of(Series.RECONCILIATION, Fact("cod-statement", str(statement.id)), day, statement.reference, booked)


def entry_of_receipt(
    chart: Chart,
    statement: Statement,
    *,
    receipt_id: UUID,
    amount: int,
    shares: Sequence[Share],
    day: date,
    reference: str,
) -> Entry | None:
    """1121 / 1388, parcel by parcel. Fees of parcels without COD stand on the other side and are set off."""
    bank = Line(account=chart[Role.BANK], amount=amount, currency=statement.currency)
    settled = [
        carrier_line(
            chart,
            statement.carrier_id,
            share.line.shipment_id,
            share.line.order_id,
            -share.amount,
            statement.currency,
        )
        for share in shares
    ]
    series = {1: Series.BANK_IN, 0: Series.RECONCILIATION, -1: Series.BANK_OUT}[(amount > 0) - (amount < 0)]
    return Entry.of(
        series,
        Fact("cod-receipt", str(receipt_id)),
        day,
        f"{statement.reference} {reference}",
        [bank, *settled],
    )


def _pair(chart: Chart, statement: Statement, line: StatementLine, role: Role, amount: int) -> list[Line]:
    if not amount:
        return []
    return [
        Line(account=chart[role], amount=amount, currency=statement.currency, order_id=line.order_id),
        carrier_line(chart, statement.carrier_id, line.shipment_id, line.order_id, -amount, statement.currency),
    ]
