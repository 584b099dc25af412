"""A carrier sends its statement; every line is held against the books at once (ACC-01).

There is no limit of lines: a large statement may come in parts under one reference, and a part that is sent again
changes nothing, line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.application.ports import Imported, Work
from accounting.application.thresholds import fee_tolerance
from accounting.domain.matching import Difference
from accounting.domain.statement import OPEN, Statement, StatementLine, StatementState, must_be_distinct
from contracts.accounting.v1 import CodDifference
from contracts.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStatement:
    """``delivered_until`` says which deliveries the statement claims to cover, so that missing ones are seen."""

    carrier_id: str
    reference: str
    currency: str
    delivered_from: date | None
    delivered_until: date | None
    lines: Sequence[StatementLine]


async def import_statement(command: ImportStatement, uow: Work) -> tuple[Statement, Imported]:
    """``StatementNotPossible`` for new lines to one that is approved, ``LinesDiffer`` for changed ones."""
    must_be_distinct(command.lines)
    statement = await uow.statements.open(
        Statement(
            id=uow.new_id(),
            carrier_id=command.carrier_id,
            reference=command.reference,
            currency=command.currency,
            state=StatementState.MATCHED,
            imported_at=uow.now,
            imported_by=str(uow.actor),
            delivered_from=command.delivered_from,
            delivered_until=command.delivered_until,
        )
    )
    imported = await uow.statements.add_lines(statement, command.lines)
    if not imported.added and statement.state not in OPEN:
        return statement, imported
    statement.must_be_open("import")
    statement.delivered_from = command.delivered_from or statement.delivered_from
    statement.delivered_until = command.delivered_until or statement.delivered_until
    await compare(statement, uow)
    uow.audit(
        "import",
        "cod-statement",
        statement.id,
        after={"reference": statement.reference, "added": imported.added, "repeated": imported.repeated},
    )
    return statement, imported


async def match_statement(id: UUID, uow: Work) -> Statement:
    """Compare again, because the books have heard more since."""
    statement = await uow.statements.get(id)
    statement.must_be_open("match")
    await compare(statement, uow)
    uow.audit("match", "cod-statement", id, after={"state": statement.state.value})
    return statement


async def compare(statement: Statement, uow: Work) -> None:
    """Hold the lines against the books as they are now; differences that are new are announced."""
    for line in await uow.statements.compare(statement, uow.setting(fee_tolerance)):
        if line.order_id is not None and line.difference is not None:
            uow.publish(_difference(statement, line, line.order_id, line.difference))
    open_differences, resolved = await uow.statements.counts(statement)
    statement.compared(open_differences=open_differences, resolved=resolved)
    await uow.statements.save(statement)


def _difference(statement: Statement, line: StatementLine, order_id: UUID, kind: Difference) -> CodDifference:
    fee = kind is Difference.FEE
    expected, reported = (line.expected_fee, line.fee) if fee else (line.expected_cod, line.cod)
    return CodDifference(
        order_id=order_id,
        statement_id=statement.id,
        kind=kind.value,
        expected=Money(amount=expected, currency=statement.currency),
        reported=Money(amount=reported, currency=statement.currency),
    )
