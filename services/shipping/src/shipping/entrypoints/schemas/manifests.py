"""Handover manifests, as callers write and read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import Money
from shipping.application.draft_manifest import DraftManifest
from shipping.application.sign_manifest import SignManifest
from shipping.domain.manifest import Agreed, LeftOut, State

Person = Annotated[str, Field(min_length=1, max_length=200)]


class DraftBody(BaseModel):
    """Without ``shipment_ids``: everything packed that waits for the carrier, perhaps only at one location."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"carrier_id": "ghn"}]})

    carrier_id: Annotated[str, Field(min_length=1, max_length=50)]
    shipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=2000)] | None = None
    location_id: Annotated[str, Field(max_length=50)] | None = None

    def command(self) -> DraftManifest:
        ids = None if self.shipment_ids is None else tuple(dict.fromkeys(self.shipment_ids))
        return DraftManifest(carrier_id=self.carrier_id, shipment_ids=ids, location_id=self.location_id)


class WeighedBody(BaseModel):
    """A parcel weighed with the courier. Without ``fee`` the postage is what the tariff asks for that weight."""

    model_config = ConfigDict(extra="forbid")

    tracking: Annotated[str, Field(min_length=1, max_length=64)]
    weight_g: Annotated[int, Field(ge=1, le=1_000_000)]
    fee: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None


class SignBody(BaseModel):
    """Both signatures. ``handed_over_by`` is by default who is signed in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"received_by": "Trần Văn Bình", "weights": [{"tracking": "GHN000000042", "weight_g": 1250}]}]
        },
    )

    received_by: Person
    handed_over_by: Person | None = None
    weights: Annotated[list[WeighedBody], Field(max_length=2000)] = []

    def command(self, manifest_id: UUID) -> SignManifest:
        return SignManifest(
            manifest_id=manifest_id,
            received_by=self.received_by,
            handed_over_by=self.handed_over_by,
            agreed={each.tracking: Agreed(weight_g=each.weight_g, fee=each.fee) for each in self.weights},
        )


class EntryView(BaseModel):
    """A parcel on the list. ``left_out`` (with its sentence) if it was not handed over."""

    shipment_id: UUID
    order_id: UUID
    order_code: str
    tracking: str
    weight_g: int
    cod: Money
    fee: Money
    left_out: LeftOut | None = None
    detail: str | None = None


class TotalsView(BaseModel):
    """Of what goes, or went, with the carrier; without what was left out."""

    count: int
    weight_g: int
    cod: Money
    fee: Money


class ManifestSummaryView(BaseModel):
    id: UUID
    code: str
    carrier_id: str
    carrier_name: str
    state: State
    drafted_at: datetime
    drafted_by: str
    signed_at: datetime | None
    handed_over_by: str | None
    received_by: str | None
    totals: TotalsView

    @classmethod
    def of(cls, row: Any) -> ManifestSummaryView:
        return cls(**_head(row), totals=_totals(row.count, row.weight_g, row.cod, row.fee))


class ManifestView(ManifestSummaryView):
    """Everything that stands on the paper: carrier, parcels, totals, both signatures; and who was left out."""

    parcels: list[EntryView]
    left_out: list[EntryView]

    @classmethod
    def with_entries(cls, head: Any, entries: Iterable[_Entry], say: Callable[[str], str]) -> ManifestView:
        views = [_entry_view(entry, say) for entry in entries]
        gone = [view for view in views if view.left_out is None]
        return cls(
            **_head(head),
            parcels=gone,
            left_out=[view for view in views if view.left_out is not None],
            totals=_totals(
                len(gone),
                sum(view.weight_g for view in gone),
                sum(view.cod.amount for view in gone),
                sum(view.fee.amount for view in gone),
            ),
        )


class _Entry(Protocol):
    """A row of the database or an entry of the aggregate; both have these."""

    @property
    def shipment_id(self) -> UUID: ...


def _head(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "carrier_id": row.carrier_id,
        "carrier_name": row.carrier_name,
        "state": row.state,
        "drafted_at": row.drafted_at,
        "drafted_by": row.drafted_by,
        "signed_at": row.signed_at,
        "handed_over_by": row.handed_over_by,
        "received_by": row.received_by,
    }


def _totals(count: int, weight_g: int, cod: int, fee: int) -> TotalsView:
    return TotalsView(count=count, weight_g=weight_g, cod=Money(amount=cod), fee=Money(amount=fee))


def _entry_view(entry: Any, say: Callable[[str], str]) -> EntryView:
    return EntryView(
        shipment_id=entry.shipment_id,
        order_id=entry.order_id,
        order_code=entry.order_code,
        tracking=entry.tracking,
        weight_g=entry.weight_g,
        cod=Money(amount=entry.cod),
        fee=Money(amount=entry.fee),
        left_out=entry.left_out,
        detail=None if entry.left_out is None else say(f"left-out-{entry.left_out.replace('_', '-')}"),
    )
