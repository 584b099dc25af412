"""Half rows in PostgreSQL. Set-based: a batch of news is one statement, whatever of the other half is there.

Each ``record_…`` inserts the rows it is the first to hear of and updates the others, in the order of order ids, so that
two batches never wait for each other in a circle. ``DO UPDATE`` also locks rows it leaves as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shipping.adapters.documents import terms_document, terms_from
from shipping.application.ports import HoldNews, TermsNews
from shipping.domain.consignment import Consignment
from shipping.domain.quotes import Obstacle
from shipping.domain.terms import Parcel

_TERMS = text("""
    INSERT INTO consignments AS held (order_id, code, heard_at, terms, terms_sequence, released)
    SELECT id, terms ->> 'code', :heard_at, terms, sequence, false
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sequences AS bigint[])) WITH ORDINALITY AS n (id, sequence, place)
    JOIN jsonb_array_elements(CAST(:terms AS jsonb)) WITH ORDINALITY AS t (terms, place) USING (place)
    ORDER BY id
    ON CONFLICT (order_id) DO UPDATE
        SET code = excluded.code, terms = excluded.terms, terms_sequence = excluded.terms_sequence
        WHERE held.terms_sequence < excluded.terms_sequence
    RETURNING held.*
""").columns(terms=JSONB)
_HOLD = text("""
    INSERT INTO consignments AS held (order_id, heard_at, terms_sequence, stock_heard_at, reserved_at, waiting_since,
                                      released)
    SELECT id, :heard_at, 0, :heard_at, reserved_at, waiting_since, false
    FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:since AS timestamptz[]))
         AS n (id, reserved_at, waiting_since)
    ORDER BY id
    ON CONFLICT (order_id) DO UPDATE
        SET reserved_at = excluded.reserved_at, waiting_since = excluded.waiting_since,
            stock_heard_at = COALESCE(held.stock_heard_at, excluded.stock_heard_at)
    RETURNING held.*
""").columns(terms=JSONB)
_DROP_HOLD = text("""
    INSERT INTO consignments AS held (order_id, heard_at, terms_sequence, stock_heard_at, released)
    SELECT id, :heard_at, 0, :heard_at, false FROM unnest(CAST(:ids AS uuid[])) AS n (id) ORDER BY id
    ON CONFLICT (order_id) DO UPDATE
        SET reserved_at = NULL, waiting_since = NULL, released = false,
            stock_heard_at = COALESCE(held.stock_heard_at, excluded.stock_heard_at)
""")
_RELEASE = text("""
    INSERT INTO consignments AS held (order_id, heard_at, terms_sequence, released, released_for)
    SELECT id, :heard_at, 0, reserved_at IS NULL, reserved_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:holds AS timestamptz[])) AS n (id, reserved_at)
    ORDER BY id
    ON CONFLICT (order_id) DO UPDATE
        SET released = held.released OR excluded.released,
            released_for = COALESCE(excluded.released_for, held.released_for)
    RETURNING held.*
""").columns(terms=JSONB)
_PARCEL = text("""
    INSERT INTO consignments AS held (order_id, heard_at, terms_sequence, released, parcel_id, parcel_location,
                                      parcel_weight_g)
    SELECT id, :heard_at, 0, false, parcel_id, location, weight_g
    FROM unnest(CAST(:ids AS uuid[]), CAST(:parcels AS uuid[]), CAST(:locations AS text[]), CAST(:weights AS bigint[]))
         AS n (id, parcel_id, location, weight_g)
    ORDER BY id
    ON CONFLICT (order_id) DO UPDATE
        SET parcel_id = excluded.parcel_id, parcel_location = excluded.parcel_location,
            parcel_weight_g = excluded.parcel_weight_g
    RETURNING held.*
""").columns(terms=JSONB)
_DROP_PARCEL = text("""
    UPDATE consignments SET parcel_id = NULL, parcel_location = NULL, parcel_weight_g = NULL
    WHERE order_id = :order_id AND parcel_id = :parcel_id
""")
_KNOWN = text("""
    INSERT INTO consignments AS held (order_id, heard_at, terms_sequence, released)
    SELECT id, :heard_at, 0, false FROM unnest(CAST(:ids AS uuid[])) AS n (id) ORDER BY id
    ON CONFLICT (order_id) DO UPDATE SET released = held.released
    RETURNING held.*
""").columns(terms=JSONB)
_UNROUTABLE = text("""
    SELECT * FROM consignments
    WHERE obstacle IS NOT NULL AND shipment_id IS NULL AND called_off_at IS NULL AND terms IS NOT NULL
      AND (CAST(:ids AS uuid[]) IS NULL OR order_id = ANY(CAST(:ids AS uuid[])))
      AND (CAST(:after AS uuid) IS NULL OR order_id > :after)
    ORDER BY order_id LIMIT :limit
    FOR UPDATE SKIP LOCKED
""").columns(terms=JSONB)
_SAVE = text("""
    UPDATE consignments c
    SET called_off_at = n.called_off_at, shipment_id = n.shipment_id, obstacle = n.obstacle,
        obstacle_since = n.obstacle_since, chosen = n.chosen
    FROM unnest(CAST(:ids AS uuid[]), CAST(:called_off AS timestamptz[]), CAST(:shipments AS uuid[]),
                CAST(:obstacles AS text[]), CAST(:since AS timestamptz[]), CAST(:chosen AS text[]))
         AS n (order_id, called_off_at, shipment_id, obstacle, obstacle_since, chosen)
    WHERE c.order_id = n.order_id
""")


class SqlConsignments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record_terms(self, news: Sequence[TermsNews], heard_at: datetime) -> list[Consignment]:
        return await self._rows(
            _TERMS,
            ids=[each.order_id for each in news],
            sequences=[each.sequence for each in news],
            terms=to_json([terms_document(each.terms) for each in news]).decode(),
            heard_at=heard_at,
        )

    async def record_hold(self, news: Sequence[HoldNews], heard_at: datetime) -> list[Consignment]:
        return await self._rows(
            _HOLD,
            ids=[each.order_id for each in news],
            ats=[each.at for each in news],
            since=[each.waiting_since for each in news],
            heard_at=heard_at,
        )

    async def drop_hold(self, order_ids: Collection[UUID], heard_at: datetime) -> None:
        await self._connection.execute(_DROP_HOLD, {"ids": list(order_ids), "heard_at": heard_at})

    async def record_release(self, holds: Mapping[UUID, datetime | None], heard_at: datetime) -> list[Consignment]:
        return await self._rows(_RELEASE, ids=list(holds), holds=list(holds.values()), heard_at=heard_at)

    async def record_parcels(self, parcels: Mapping[UUID, Parcel], heard_at: datetime) -> list[Consignment]:
        return await self._rows(
            _PARCEL,
            ids=list(parcels),
            parcels=[parcel.id for parcel in parcels.values()],
            locations=[parcel.location_id for parcel in parcels.values()],
            weights=[parcel.weight_g for parcel in parcels.values()],
            heard_at=heard_at,
        )

    async def drop_parcel(self, order_id: UUID, parcel_id: UUID) -> None:
        await self._connection.execute(_DROP_PARCEL, {"order_id": order_id, "parcel_id": parcel_id})

    async def known(self, order_ids: Collection[UUID], heard_at: datetime) -> list[Consignment]:
        return await self._rows(_KNOWN, ids=list(order_ids), heard_at=heard_at)

    async def unroutable(
        self, limit: int, order_ids: Collection[UUID] | None = None, after: UUID | None = None
    ) -> list[Consignment]:
        ids = None if order_ids is None else list(order_ids)
        return await self._rows(_UNROUTABLE, ids=ids, limit=limit, after=after)

    async def save(self, consignments: Collection[Consignment]) -> None:
        if not consignments:
            return
        await self._connection.execute(
            _SAVE,
            {
                "ids": [each.order_id for each in consignments],
                "called_off": [each.called_off_at for each in consignments],
                "shipments": [each.shipment_id for each in consignments],
                "obstacles": [each.obstacle for each in consignments],
                "since": [each.obstacle_since for each in consignments],
                "chosen": [each.chosen for each in consignments],
            },
        )

    async def _rows(self, statement: Any, **values: Any) -> list[Consignment]:
        return [consignment_from(row) for row in await self._connection.execute(statement, values)]


def consignment_from(row: Any) -> Consignment:
    parcel = None
    if row.parcel_id is not None:
        parcel = Parcel(id=row.parcel_id, location_id=row.parcel_location, weight_g=row.parcel_weight_g)
    return Consignment(
        order_id=row.order_id,
        terms=terms_from(row.terms) if row.terms is not None else None,
        terms_sequence=row.terms_sequence,
        reserved_at=row.reserved_at,
        waiting_since=row.waiting_since,
        released=row.released,
        released_for=row.released_for,
        parcel=parcel,
        called_off_at=row.called_off_at,
        shipment_id=row.shipment_id,
        obstacle=Obstacle(row.obstacle) if row.obstacle is not None else None,
        obstacle_since=row.obstacle_since,
        chosen=row.chosen,
    )
