"""Work that is due by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from accounting.adapters.unit_of_work import AccountingUnitOfWork
from accounting.application.import_statement import match_statement
from accounting.domain.statement import StatementNotPossible
from chassis import JobRun, job

log = structlog.get_logger("accounting")


@job("match-statements", every=timedelta(minutes=5))
async def match_statements(run: JobRun) -> None:
    """Compare statements with open differences again: the books may have heard of the delivery since."""
    async with run.transaction() as uow:
        waiting = (
            await uow.connection.execute(text("SELECT id FROM cod_statements WHERE state = 'difference' ORDER BY id"))
        ).scalars()
        ids = list(waiting)
    for done, id in enumerate(ids, start=1):
        async with run.transaction() as uow:
            await _match(uow, id)
        await run.progress(done, len(ids))


async def _match(uow: AccountingUnitOfWork, id: UUID) -> None:
    try:
        await match_statement(id, uow)
    except StatementNotPossible:
        log.info("a statement was approved meanwhile", statement=str(id))
