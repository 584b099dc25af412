"""Payments, refunds and corrected COD of orders. Whoever writes here holds the lock of the order."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.domain.cod_correction import CodCorrection, CorrectionNotFound, CorrectionOpen, CorrectionState
from accounting.domain.payment import Method, Payment
from accounting.domain.refund import Refund, RefundKind, RefundNotFound, RefundState


def _values(thing: Any) -> dict[str, Any]:
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


class SqlPayments:
    _ADD = text("""
        INSERT INTO payments (id, order_id, amount, currency, method, reference, received_on, recorded_at, recorded_by,
                              note)
        VALUES (:id, :order_id, :amount, :currency, :method, :reference, :received_on, :recorded_at, :recorded_by,
                :note)
        ON CONFLICT (reference) DO NOTHING RETURNING id
    """)

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, payment: Payment) -> Payment | None:
        if (await self._connection.execute(self._ADD, _values(payment))).first() is not None:
            return None
        row = await self._connection.execute(
            text("SELECT * FROM payments WHERE reference = :reference"), {"reference": payment.reference}
        )
        return payment_of(row.mappings().one())


class SqlRefunds:
    _ADD = text("""
        INSERT INTO refunds (id, order_id, kind, amount, currency, reason, state, requested_by, requested_at)
        VALUES (:id, :order_id, :kind, :amount, :currency, :reason, :state, :requested_by, :requested_at)
    """)
    _GET = text("""
        SELECT r.* FROM refunds r JOIN orders o USING (order_id)
        WHERE r.id = :id AND (CAST(:all AS boolean) OR o.store_id = ANY(CAST(:stores AS text[])))
    """)
    _SAVE = text("""
        UPDATE refunds SET state = :state, decided_by = :decided_by, decided_at = :decided_at,
            decision_note = :decision_note, method = :method, reference = :reference, paid_on = :paid_on,
            paid_by = :paid_by, version = version + 1
        WHERE id = :id
    """)

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, refund: Refund) -> None:
        await self._connection.execute(self._ADD, _values(refund))

    async def get(self, id: UUID, stores: frozenset[str] | None) -> Refund:
        """``stores`` confines it to orders of these; ``None`` does not. ``RefundNotFound``."""
        values = {"id": id, "all": stores is None, "stores": sorted(stores or ())}
        row = (await self._connection.execute(self._GET, values)).mappings().one_or_none()
        if row is None:
            raise RefundNotFound(id=str(id))
        return refund_of(row)

    async def by_reference(self, reference: str) -> Refund | None:
        """The refund that was paid under a bank reference. Nobody else can pay one under it until commit."""
        await self._connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended('refund:' || :reference, 0))"), {"reference": reference}
        )
        found = text("SELECT * FROM refunds WHERE reference = :reference")
        row = (await self._connection.execute(found, {"reference": reference})).mappings().one_or_none()
        return refund_of(row) if row is not None else None

    async def save(self, refund: Refund) -> None:
        await self._connection.execute(self._SAVE, _values(refund))
        refund.version += 1


class SqlCorrections:
    _ADD = text("""
        INSERT INTO cod_corrections (id, order_id, shipment_id, cod, previous, currency, reason, state, requested_by,
                                     requested_at)
        VALUES (:id, :order_id, :shipment_id, :cod, :previous, :currency, :reason, :state, :requested_by,
                :requested_at)
        ON CONFLICT (shipment_id) WHERE state = 'requested' DO NOTHING RETURNING id
    """)

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, correction: CodCorrection) -> None:
        """``CorrectionOpen`` if another one of the parcel waits."""
        if (await self._connection.execute(self._ADD, _values(correction))).first() is None:
            raise CorrectionOpen(state="requested", possible=["approve", "reject"])

    async def get(self, id: UUID) -> CodCorrection:
        found = text("SELECT * FROM cod_corrections WHERE id = :id")
        row = (await self._connection.execute(found, {"id": id})).mappings().one_or_none()
        if row is None:
            raise CorrectionNotFound(id=str(id))
        return correction_of(row)

    async def save(self, correction: CodCorrection) -> None:
        await self._connection.execute(
            text("""
                UPDATE cod_corrections SET state = :state, decided_by = :decided_by, decided_at = :decided_at,
                    decision_note = :decision_note WHERE id = :id
            """),
            _values(correction),
        )


def payment_of(row: RowMapping) -> Payment:
    return Payment(**{**row, "method": Method(row["method"])})


def refund_of(row: RowMapping) -> Refund:
    method = Method(row["method"]) if row["method"] else None
    return Refund(**{**row, "kind": RefundKind(row["kind"]), "state": RefundState(row["state"]), "method": method})


def correction_of(row: RowMapping) -> CodCorrection:
    return CodCorrection(**{**row, "state": CorrectionState(row["state"])})
