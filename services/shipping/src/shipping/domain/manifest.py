"""The list on which a carrier takes over parcels: both sides sign, and from then on they are the carrier's (SHP-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from chassis.domain import Aggregate, Conflict, Invalid, NotFound
from shipping.domain.journey import Status
from shipping.domain.shipment import Shipment


class ManifestNotFound(NotFound):
    """No manifest has this id."""


class NothingToHandOver(Conflict):
    """No packed parcel of this carrier waits for a manifest."""


class NotForThisManifest(Invalid):
    """Some of the named shipments cannot stand on it; each is named with its reason."""


class NotOnManifest(Invalid):
    """A weight was agreed for a parcel that is not on the list."""


class ManifestIsSigned(Conflict):
    """What both sides signed is not changed any more."""


class ManifestIsVoid(Conflict):
    """The list was given up, or nothing on it could be handed over; a new one is to be made."""


class State(StrEnum):
    OPEN = "open"
    SIGNED = "signed"
    VOID = "void"


class LeftOut(StrEnum):
    """Why a parcel on the list was not handed over."""

    CANCELLED = "cancelled"
    CHANGED = "changed"
    """The order has changed since the list was made (address, amount to collect, goods): the label is wrong."""
    NOT_READY = "not_ready"
    """It was taken apart again, or nobody takes it to its new address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What was weighed with the courier: grams, and the postage if it is not what the tariff says."""

    weight_g: int
    fee: int | None = None


@dataclass(kw_only=True, slots=True)
class Entry:
    """A parcel on the list, as it was when it was put there; after signing with the agreed weight and postage."""

    shipment_id: UUID
    order_id: UUID
    order_code: str
    tracking: str
    weight_g: int
    cod: int
    fee: int
    waybill_version: int
    left_out: LeftOut | None = None

    @classmethod
    def of(cls, shipment: Shipment) -> Self:
        return cls(
            shipment_id=shipment.id,
            order_id=shipment.order_id,
            order_code=shipment.terms.code,
            tracking=shipment.tracking,
            weight_g=shipment.weight_g or shipment.terms.weight_g,
            cod=shipment.terms.cod,
            fee=shipment.fee,
            waybill_version=shipment.waybill_version,
        )

    def obstacle(self, shipment: Shipment) -> LeftOut | None:
        """Why the parcel, as it is now, cannot be handed over with this list."""
        if shipment.status is Status.CANCELLED:
            return LeftOut.CANCELLED
        if not shipment.can_go:
            return LeftOut.NOT_READY
        return LeftOut.CHANGED if shipment.waybill_version != self.waybill_version else None


@dataclass(eq=False, kw_only=True)
class Manifest(Aggregate):
    """``handed_over_by`` signs for the shop, ``received_by`` for the carrier."""

    id: UUID
    code: str
    carrier_id: str
    carrier_name: str
    state: State = State.OPEN
    entries: list[Entry]
    drafted_at: datetime
    drafted_by: str
    signed_at: datetime | None = None
    handed_over_by: str | None = None
    received_by: str | None = None

    @property
    def handed_over(self) -> Sequence[Entry]:
        """What goes, or went, with the carrier."""
        return [entry for entry in self.entries if entry.left_out is None]

    @property
    def left_out(self) -> Sequence[Entry]:
        return [entry for entry in self.entries if entry.left_out is not None]

    def sign(
        self,
        shipments: Mapping[UUID, Shipment],
        *,
        postage: Mapping[UUID, Agreed],
        handed_over_by: str,
        received_by: str,
        at: datetime,
    ) -> list[Shipment]:
        """Both sides sign: all parcels at once are the carrier's, but for those left out by name.

        ``shipments`` are locked and as they are now; ``postage`` holds weight and fee for each. Returns those handed
        over. If nothing is left to hand over the list is void.
        """
        gone: list[Shipment] = []
        for entry in self.entries:
            shipment = shipments[entry.shipment_id]
            entry.left_out = entry.obstacle(shipment)
            if entry.left_out is not None:
                continue
            agreed = postage[shipment.id]
            entry.weight_g = agreed.weight_g
            entry.fee = shipment.fee if agreed.fee is None else agreed.fee
            shipment.hand_over(
                manifest_id=self.id, manifest_code=self.code, weight_g=entry.weight_g, fee=entry.fee, at=at
            )
            gone.append(shipment)
        self.state = State.SIGNED if gone else State.VOID
        self.signed_at, self.handed_over_by, self.received_by = at, handed_over_by, received_by
        return gone

    def drop(self) -> None:
        """Give the list up; its parcels may stand on another one."""
        if self.state is State.SIGNED:
            raise ManifestIsSigned(code=self.code, state=self.state)
        self.state = State.VOID
