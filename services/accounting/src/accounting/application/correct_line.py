"""A person reviews a difference: an audited edit, an accepted figure, or a debt that is carried (ACC-02)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounting.application.import_statement import compare
from accounting.application.ports import Work
from accounting.domain.matching import Difference, Resolution
from accounting.domain.statement import NothingToCorrect, Statement, StatementLine


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectLine:
    """Figures that were misread are given anew; then, or instead, what remains is resolved."""

    statement_id: UUID
    number: int
    reason: str
    tracking: str | None = None
    cod: int | None = None
    fee: int | None = None
    resolution: Resolution | None = None

    @property
    def edits(self) -> bool:
        return any(value is not None for value in (self.tracking, self.cod, self.fee))


async def correct_line(command: CorrectLine, uow: Work) -> tuple[Statement, StatementLine]:
    """Before approval only. What the carrier wrote stays readable beside the correction."""
    statement = await uow.statements.get(command.statement_id)
    statement.must_be_open("correct")
    line = await uow.statements.line(statement, command.number)
    before = _figures(line)
    by = str(uow.actor)
    if command.edits:
        if line.difference is Difference.MISSING:
            raise NothingToCorrect(line=line.number)
        line.tracking = command.tracking or line.tracking
        line.cod = line.cod if command.cod is None else command.cod
        line.fee = line.fee if command.fee is None else command.fee
        line.resolution, line.reason = None, command.reason
        await uow.statements.save_lines(statement, [line], by)
        await compare(statement, uow)
        line = await uow.statements.line(statement, command.number)
    if command.resolution is not None and (line.difference is not None or not command.edits):
        line.resolve(command.resolution, command.reason)
        await uow.statements.save_lines(statement, [line], by)
    elif not command.edits:
        raise NothingToCorrect(line=line.number)
    open_differences, resolved = await uow.statements.counts(statement)
    statement.compared(open_differences=open_differences, resolved=resolved)
    await uow.statements.save(statement)
    uow.audit(
        "correct",
        "cod-statement-line",
        f"{statement.id}/{command.number}",
        before=before,
        after=_figures(line),
        reason=command.reason,
    )
    return statement, line


def _figures(line: StatementLine) -> dict[str, object]:
    return {
        "tracking": line.tracking,
        "cod": line.cod,
        "fee": line.fee,
        "difference": line.difference,
        "resolution": line.resolution,
    }
