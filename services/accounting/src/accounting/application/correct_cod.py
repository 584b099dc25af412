"""What a carrier must collect turns out to be wrong after handover: asked for with a reason, then approved (ACC-02)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounting.application.ports import Work
from accounting.application.settle import settle
from accounting.domain.cod_correction import (
    CodCorrection,
    CorrectionState,
    ShipmentUnknown,
    entry_of_correction,
    must_be_correctable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCorrection:
    shipment_id: UUID
    order_id: UUID
    cod: int
    reason: str


async def request_correction(command: RequestCorrection, uow: Work) -> CodCorrection:
    """Changes nothing yet. ``CorrectionNotPossible`` before handover: then the order is edited."""
    await uow.orders.locked([command.order_id])
    found = {each.shipment_id: each for each in await uow.shipments.of_orders([command.order_id])}
    if (shipment := found.get(command.shipment_id)) is None:
        raise ShipmentUnknown(id=str(command.shipment_id))
    must_be_correctable(shipment)
    correction = CodCorrection(
        id=uow.new_id(),
        order_id=command.order_id,
        shipment_id=shipment.shipment_id,
        cod=command.cod,
        previous=shipment.cod,
        currency=shipment.currency,
        reason=command.reason,
        requested_by=str(uow.actor),
        requested_at=uow.now,
    )
    await uow.corrections.add(correction)
    uow.audit(
        "request",
        "cod-correction",
        correction.id,
        before={"cod": shipment.cod},
        after={"cod": command.cod},
        reason=command.reason,
    )
    return correction


async def decide_correction(id: UUID, state: CorrectionState, note: str | None, uow: Work) -> CodCorrection:
    """Approved, it is what the carrier owes: at once if the parcel is delivered, else when it is."""
    order_id = (await uow.corrections.get(id)).order_id
    order = (await uow.orders.locked([order_id]))[order_id]
    correction = await uow.corrections.get(id)
    correction.decide(state, str(uow.actor), uow.now, note)
    if state is CorrectionState.APPROVED:
        shipment = (await uow.shipments.of({correction.shipment_id: order_id}))[correction.shipment_id]
        must_be_correctable(shipment)
        difference = shipment.correct_cod(correction.cod)
        order.recollect(difference)
        await uow.shipments.save([shipment])
        entry = entry_of_correction(await uow.journal.chart(), correction, shipment, difference, order.name, uow.today)
        await settle([order], uow)
        await uow.journal.post([entry])
    await uow.corrections.save(correction)
    uow.audit(state.value, "cod-correction", id, after={"cod": correction.cod}, reason=note)
    return correction
