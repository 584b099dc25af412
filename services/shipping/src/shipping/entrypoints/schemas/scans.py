"""Carriers' scans, as they are handed in and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.refusal import Refusal
from shipping.application.report_scans import Report
from shipping.domain.journey import Status
from shipping.domain.scans import Outcome, ScanStatus


class ScanBody(BaseModel):
    """``status`` in the carrier's own words or ours; ``at`` the carrier's time, with its offset."""

    model_config = ConfigDict(extra="forbid")

    tracking: Annotated[str, Field(min_length=1, max_length=64)]
    status: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime
    carrier_id: Annotated[str, Field(max_length=50)] | None = None
    place: Annotated[str, Field(max_length=200)] | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None

    def report(self) -> Report:
        return Report(
            tracking=self.tracking,
            said=self.status,
            at=self.at,
            carrier_id=self.carrier_id,
            place=self.place,
            reason=self.reason,
        )


class ReportScansBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "scans": [
                        {
                            "tracking": "GHN000000042",
                            "status": "delivered",
                            "at": "2025-11-24T15:20:00+07:00",
                            "place": "Bưu cục Dĩ An",
                        }
                    ]
                }
            ]
        },
    )

    scans: Annotated[list[ScanBody], Field(min_length=1, max_length=1000)]


class ScanResultView(BaseModel):
    """``accepted``: kept (``outcome`` says what it did). ``applied``: it moved the parcel, to ``shipment_status``.

    Not accepted: refused, for every one of ``reasons``; nothing was kept.
    """

    tracking: str
    accepted: bool
    applied: bool
    outcome: Outcome | None
    detail: str | None
    shipment_id: UUID | None
    shipment_status: Status | None
    reasons: tuple[Refusal, ...]


class ScanResultsView(BaseModel):
    """One result per scan, in the order in which they were handed in."""

    results: list[ScanResultView]


class ScanView(BaseModel, from_attributes=True):
    """``said`` is the carrier's word and ``status`` its meaning; ``repeats`` counts how often it came again."""

    id: UUID
    tracking: str
    carrier_id: str | None
    said: str
    status: ScanStatus | None
    at: datetime
    place: str | None
    reason: str | None
    outcome: Outcome
    repeats: int
    recorded_at: datetime
    recorded_by: str
