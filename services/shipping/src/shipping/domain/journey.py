"""Where a parcel is, and how scans move it: forward only, by the carrier's time, whatever order they come in (SHP-08).

Invariant: a parcel never moves backwards. A scan older than the last one that moved it moves nothing, the end of a
shipment is never left, and the only step down is a new try after a failed one.
"""

from __future__ import annotations

from enum import StrEnum

from shipping.domain.scans import ScanStatus


class Status(StrEnum):
    """DOMAIN 4.2. Until ``HANDED_OVER`` a shipment can be cancelled."""

    CREATED = "created"
    LABELLED = "labelled"
    AWAITING_PICKUP = "awaiting_pickup"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    FAILED = "failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    DAMAGED = "damaged"
    CANCELLED = "cancelled"


BEFORE_HANDOVER = frozenset({Status.CREATED, Status.LABELLED, Status.AWAITING_PICKUP})
FINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.LOST, Status.DAMAGED, Status.CANCELLED})
ON_THE_WAY_OUT = frozenset({Status.HANDED_OVER, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.FAILED})

_leads_to: dict[ScanStatus, Status] = {
    ScanStatus.PICKED_UP: Status.IN_TRANSIT,
    ScanStatus.IN_TRANSIT: Status.IN_TRANSIT,
    ScanStatus.OUT_FOR_DELIVERY: Status.OUT_FOR_DELIVERY,
    ScanStatus.DELIVERED: Status.DELIVERED,
    ScanStatus.FAILED: Status.FAILED,
    ScanStatus.REFUSED: Status.RETURNING,
    ScanStatus.RETURNING: Status.RETURNING,
    ScanStatus.RETURNED: Status.RETURNED,
    ScanStatus.LOST: Status.LOST,
    ScanStatus.DAMAGED: Status.DAMAGED,
}

_always = {Status.RETURNED, Status.LOST, Status.DAMAGED}
_next: dict[Status, frozenset[Status]] = {
    Status.HANDED_OVER: frozenset(
        {
            Status.IN_TRANSIT,
            Status.OUT_FOR_DELIVERY,
            Status.FAILED,
            Status.DELIVERED,
            Status.RETURNING,
            *_always,
        }
    ),
    Status.IN_TRANSIT: frozenset(
        {Status.OUT_FOR_DELIVERY, Status.FAILED, Status.DELIVERED, Status.RETURNING, *_always}
    ),
    Status.OUT_FOR_DELIVERY: frozenset({Status.FAILED, Status.DELIVERED, Status.RETURNING, *_always}),
    Status.FAILED: frozenset({Status.OUT_FOR_DELIVERY, Status.FAILED, Status.DELIVERED, Status.RETURNING, *_always}),
    Status.RETURNING: frozenset(_always),
}

_rank = {
    Status.HANDED_OVER: 0,
    Status.IN_TRANSIT: 1,
    Status.OUT_FOR_DELIVERY: 2,
    Status.FAILED: 3,
    Status.RETURNING: 4,
    Status.DELIVERED: 5,
    Status.RETURNED: 5,
    Status.LOST: 5,
    Status.DAMAGED: 5,
}


def target(scan: ScanStatus) -> Status:
    """Where a scan says the parcel is."""
    return _leads_to[scan]


def may_move(now: Status, to: Status, *, return_is_certain: bool = True) -> bool:
    """Whether a parcel that is at ``now`` can come to ``to``.

    A return that only our own rule or our recall assumed (``return_is_certain`` false) may still end at the customer's
    door: the courier has tried once more.
    """
    if now is Status.RETURNING and to is Status.DELIVERED:
        return not return_is_certain
    return to in _next.get(now, frozenset())


def is_further(to: Status, than: Status) -> bool:
    """For two scans of the same moment: which of them comes after the other."""
    return _rank[to] > _rank[than]
