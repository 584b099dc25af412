"""Returns in PostgreSQL: one per shipment that came back."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import return_findings, return_lines, returns
from inventory.domain.returned import Grade, Graded, Return, ReturnLine, ReturnNotFound, ReturnState

_LINES = text("""
    INSERT INTO return_lines (return_id, line_id, sku, quantity, value)
    SELECT * FROM unnest(CAST(:returns AS uuid[]), CAST(:lines AS uuid[]), CAST(:skus AS text[]),
                         CAST(:quantities AS bigint[]), CAST(:values AS bigint[]))
""")


class SqlReturns:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, returned: Sequence[Return]) -> None:
        rows = [
            {
                "id": each.id,
                "order_id": each.order_id,
                "shipment_id": each.shipment_id,
                "parcel_id": each.parcel_id,
                "location_id": each.location_id,
                "state": str(each.state),
                "arrived_at": each.arrived_at,
                "version": each.version,
            }
            for each in returned
        ]
        new = insert(returns).values(rows).on_conflict_do_nothing().returning(returns.c.id)
        added = set((await self._connection.execute(new)).scalars())
        lines = [(each.id, line) for each in returned if each.id in added for line in each.lines]
        await self._connection.execute(
            _LINES,
            {
                "returns": [id for id, _ in lines],
                "lines": [line.line_id for _, line in lines],
                "skus": [line.sku for _, line in lines],
                "quantities": [line.quantity for _, line in lines],
                "values": [line.value for _, line in lines],
            },
        )

    async def get(self, id: UUID) -> Return:
        row = (await self._connection.execute(sa.select(returns).where(returns.c.id == id).with_for_update())).first()
        if row is None:
            raise ReturnNotFound(id=str(id))
        lines = sa.select(return_lines).where(return_lines.c.return_id == id).order_by(return_lines.c.line_id)
        findings = sa.select(return_findings).where(return_findings.c.return_id == id)
        return return_of(
            row,
            (await self._connection.execute(lines)).all(),
            (await self._connection.execute(findings.order_by(return_findings.c.line_id))).all(),
        )

    async def save(self, returned: Return) -> None:
        returned.version += 1
        await self._connection.execute(
            returns.update()
            .where(returns.c.id == returned.id)
            .values(
                state=str(returned.state),
                location_id=returned.location_id,
                inspected_at=returned.inspected_at,
                inspected_by=returned.inspected_by,
                note=returned.note,
                version=returned.version,
            )
        )
        await self._connection.execute(
            return_findings.insert(),
            [
                {
                    "return_id": returned.id,
                    "line_id": each.line_id,
                    "sku": each.sku,
                    "grade": str(each.grade),
                    "quantity": each.quantity,
                    "value": each.value,
                }
                for each in returned.findings
            ],
        )


def return_of(row: Any, lines: Iterable[Any], findings: Iterable[Any]) -> Return:
    return Return(
        id=row.id,
        order_id=row.order_id,
        shipment_id=row.shipment_id,
        parcel_id=row.parcel_id,
        location_id=row.location_id,
        lines=tuple(ReturnLine(line.line_id, line.sku, line.quantity, line.value) for line in lines),
        state=ReturnState(row.state),
        arrived_at=row.arrived_at,
        inspected_at=row.inspected_at,
        inspected_by=row.inspected_by,
        note=row.note,
        findings=tuple(
            Graded(each.line_id, each.sku, Grade(each.grade), each.quantity, each.value) for each in findings
        ),
        version=row.version,
    )
