"""What makes a parcel late (SHP-09): it is on the road, and nobody has said for too long where it is.

On the road is from the signed manifest to the end of the shipment, back to us as well. A sign of life is the manifest
and every scan, also one that moved nothing, by the carrier's time: ``Shipment.seen_at``.
"""

from datetime import datetime, timedelta


def late_before(now: datetime, hours: int) -> datetime:
    """A parcel on the road that was last heard of before this is late; one heard of just then is not yet."""
    return now - timedelta(hours=hours)
