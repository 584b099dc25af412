"""What a carrier must collect, corrected after the parcel was handed over (ACC-02): an entry with reason and approval.

Before handover the order itself is edited; from then on the carrier holds our paper, so a second person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Entry, Fact, Line, Series
from accounting.domain.sale import carrier_line
from accounting.domain.shipment import Road, Shipment
from chassis.domain import Conflict, NotFound


class ShipmentUnknown(NotFound):
    """The order has no such parcel, as far as accounting has heard."""


class CorrectionNotFound(NotFound):
    """There is no such correction."""


class CorrectionNotPossible(Conflict):
    """The parcel is not in a state in which its COD is corrected here."""


class CorrectionDecided(Conflict):
    """Somebody has decided about the correction already."""


class CorrectionOpen(Conflict):
    """Another correction of the same parcel waits for a decision."""


class CorrectionState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(slots=True, kw_only=True)
class CodCorrection:
    """From ``previous`` to ``cod``, once it is approved."""

    id: UUID
    order_id: UUID
    shipment_id: UUID
    cod: int
    previous: int
    currency: str
    reason: str
    requested_by: str
    requested_at: datetime
    state: CorrectionState = CorrectionState.REQUESTED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None

    def decide(self, state: CorrectionState, by: str, at: datetime, note: str | None) -> None:
        if self.state is not CorrectionState.REQUESTED:
            raise CorrectionDecided(state=self.state.value, possible=[])
        self.state, self.decided_by, self.decided_at, self.decision_note = state, by, at, note


def must_be_correctable(shipment: Shipment) -> None:
    """Before handover the order is edited instead; a parcel that came back or got lost collects nothing."""
    if shipment.road not in (Road.HANDED_OVER, Road.DELIVERED):
        raise CorrectionNotPossible(
            state=shipment.road.value, possible=["edit the order"] if shipment.road is Road.CREATED else []
        )


def entry_of_correction(
    chart: Chart, correction: CodCorrection, shipment: Shipment, difference: int, name: str, day: date
) -> Entry | None:
    """1388 / 131 by the difference, if the COD was already due."""
    customer = Line(
        account=chart[Role.CUSTOMER],
        amount=-difference,
        currency=correction.currency,
        order_id=correction.order_id,
    )
    carrier = carrier_line(
        chart, shipment.carrier_id, shipment.shipment_id, correction.order_id, difference, correction.currency
    )
    return Entry.of(
        Series.GENERAL,
        Fact("cod-correction", str(correction.id)),
        day,
        f"{name}: {correction.reason}",
        (carrier, customer),
        order_id=correction.order_id,
    )
