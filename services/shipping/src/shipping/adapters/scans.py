"""Scans in PostgreSQL: each once, with what it did. A repeat is counted on the row it repeats."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shipping.adapters.tables import scans
from shipping.domain.carrier import Carrier
from shipping.domain.scans import WAITING, Outcome, Scan, ScanStatus
from shipping.domain.shipment import Shipment

_MEANT_AT_ONCE = 5_000

_RECORD = sa.text("""
    INSERT INTO scans AS held (id, tracking, carrier_id, said, status, at, place, reason, outcome, recorded_at,
                               recorded_by, repeats)
    SELECT id, tracking, carrier_id, said, status, at, place, reason, 'unknown', :recorded_at, :recorded_by, repeats
    FROM unnest(CAST(:ids AS uuid[]), CAST(:trackings AS text[]), CAST(:carriers AS text[]), CAST(:said AS text[]),
                CAST(:statuses AS text[]), CAST(:ats AS timestamptz[]), CAST(:places AS text[]),
                CAST(:reasons AS text[]), CAST(:repeats AS integer[]))
         AS n (id, tracking, carrier_id, said, status, at, place, reason, repeats)
    ORDER BY tracking, at, said
    ON CONFLICT (tracking, at, said, COALESCE(carrier_id, '')) DO UPDATE
        SET repeats = held.repeats + excluded.repeats + 1
    RETURNING held.id
""")
_CONCLUDE = sa.text("""
    UPDATE scans s SET outcome = n.outcome
    FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[])) AS n (id, outcome) WHERE s.id = n.id
""")
_MEAN = sa.text("""
    UPDATE scans s SET status = n.status
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[])) AS n (id, status) WHERE s.id = n.id
""")


class SqlScans:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(self, reported: Sequence[Scan], at: datetime, by: str) -> frozenset[UUID]:
        if not reported:
            return frozenset()
        first: dict[tuple[Any, ...], Scan] = {}
        for scan in reported:
            first.setdefault(_identity(scan), scan)
        times = Counter(_identity(scan) for scan in reported)
        rows = list(first.values())
        result = await self._connection.execute(
            _RECORD,
            {
                "ids": [scan.id for scan in rows],
                "trackings": [scan.tracking for scan in rows],
                "carriers": [scan.carrier_id for scan in rows],
                "said": [scan.said for scan in rows],
                "statuses": [scan.status for scan in rows],
                "ats": [scan.at for scan in rows],
                "places": [scan.place for scan in rows],
                "reasons": [scan.reason for scan in rows],
                "repeats": [times[_identity(scan)] - 1 for scan in rows],
                "recorded_at": at,
                "recorded_by": by,
            },
        )
        kept = set(result.scalars())
        return frozenset(scan.id for scan in rows if scan.id in kept)

    async def waiting(self, shipments: Collection[Shipment]) -> Mapping[UUID, list[Scan]]:
        by_tracking = {shipment.tracking: shipment for shipment in shipments}
        rows = await self._connection.execute(
            sa.select(scans)
            .where(scans.c.tracking == sa.any_(sa.literal(sorted(by_tracking), sa.ARRAY(sa.Text))))
            .where(scans.c.outcome.in_(sorted(WAITING)))
            .order_by(scans.c.tracking, scans.c.at, scans.c.id)
            .with_for_update()
        )
        found: dict[UUID, list[Scan]] = defaultdict(list)
        for row in rows:
            shipment = by_tracking[row.tracking]
            if row.carrier_id in (None, shipment.carrier_id):
                found[shipment.id].append(_scan(row))
        return found

    async def now_mean(self, carrier: Carrier) -> list[Scan]:
        rows = await self._connection.execute(
            sa.select(scans)
            .where(scans.c.outcome == Outcome.UNMAPPED, scans.c.carrier_id == carrier.id)
            .order_by(scans.c.tracking, scans.c.at, scans.c.id)
            .limit(_MEANT_AT_ONCE)
        )
        found = [(row, meaning) for row in rows if (meaning := carrier.means(row.said)) is not None]
        if found:
            await self._connection.execute(
                _MEAN, {"ids": [row.id for row, _ in found], "statuses": [meaning for _, meaning in found]}
            )
        return [_scan(row, meaning) for row, meaning in found]

    async def conclude(self, outcomes: Mapping[UUID, Outcome]) -> None:
        if outcomes:
            await self._connection.execute(
                _CONCLUDE, {"ids": list(outcomes), "outcomes": [str(outcome) for outcome in outcomes.values()]}
            )


def _identity(scan: Scan) -> tuple[Any, ...]:
    return (scan.tracking, scan.at, scan.said, scan.carrier_id or "")


def _scan(row: Any, meaning: ScanStatus | None = None) -> Scan:
    said = ScanStatus(row.status) if row.status is not None else None
    return Scan(
        id=row.id,
        tracking=row.tracking,
        carrier_id=row.carrier_id,
        said=row.said,
        status=meaning or said,
        at=row.at,
        place=row.place,
        reason=row.reason,
    )
