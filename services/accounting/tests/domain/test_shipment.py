"""What a carrier owes for a parcel, from the road to the last receipt (ACC-01)."""

from datetime import date
from uuid import uuid4

import pytest

from accounting.domain.shipment import Road, Shipment

DAY = date(2025, 11, 21)


def a_parcel(cod: int = 300_000) -> Shipment:
    return Shipment(shipment_id=uuid4(), order_id=uuid4(), carrier_id="ghn", cod=cod)


@pytest.mark.capability("ACC-01")
def test_a_parcel_that_is_delivered_claimed_and_paid_is_square() -> None:
    parcel = a_parcel()
    parcel.travel(Road.HANDED_OVER)
    assert parcel.deliver(DAY) == 300_000
    assert (parcel.owed, parcel.unclaimed, parcel.square) == (300_000, 300_000, False)
    parcel.approve(remit=280_000, fee=20_000, owed=-20_000)
    assert (parcel.owed, parcel.unclaimed, parcel.square) == (280_000, 0, False)
    parcel.receive(280_000, pending=True)
    assert (parcel.owed, parcel.pending, parcel.received, parcel.square) == (0, 0, 280_000, True)
