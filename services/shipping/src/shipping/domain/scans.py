"""What carriers report about parcels: their own words, mapped to ours, and what each did to the parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ScanStatus(StrEnum):
    """What a scan can say, after the carrier's own words are mapped to ours (SHP-08)."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    DAMAGED = "damaged"


class Outcome(StrEnum):
    """What became of a scan. Only ``APPLIED`` moved the parcel; every other one is kept and shown all the same."""

    APPLIED = "applied"
    NOTED = "noted"
    """True, but the parcel was already there or further."""
    LATE = "late"
    """Older than what the parcel has already gone through."""
    FINAL = "final"
    """After the end of the shipment: delivered, returned, lost, cancelled."""
    EARLY = "early"
    """Before the manifest was signed; applied when it is."""
    UNKNOWN = "unknown"
    """No parcel has this number yet; applied when one gets it and is handed over."""
    UNMAPPED = "unmapped"
    """The carrier's word has no meaning yet; applied when the carrier's status map gets it."""
    DUPLICATE = "duplicate"
    """The same scan was recorded before."""


WAITING = frozenset({Outcome.EARLY, Outcome.UNKNOWN})
"""Outcomes of scans that are still to be applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan. ``at`` is the carrier's time; ``said`` its word and ``status`` what that means, if known."""

    id: UUID
    tracking: str
    carrier_id: str | None
    said: str
    status: ScanStatus | None
    at: datetime
    place: str | None = None
    reason: str | None = None
