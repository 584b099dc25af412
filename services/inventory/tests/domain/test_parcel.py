"""The states of a parcel."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from inventory.domain.hold import GoodsLine
from inventory.domain.parcel import NotInParcel, Parcel, ParcelNotOpen, ParcelState

NOW = datetime(2025, 11, 22, 5, tzinfo=UTC)


def parcel(state: ParcelState = ParcelState.PICKING) -> Parcel:
    lines = (GoodsLine(uuid4(), "A", 2), GoodsLine(uuid4(), "A", 1))
    return Parcel(id=uuid4(), order_id=uuid4(), location_id="KHO", lines=lines, state=state)


def test_packing_begins_once() -> None:
    box = parcel()
    assert (box.begin_packing(), box.begin_packing()) == (True, False)
    box.pack(500, None, "user:wh", NOW)
    assert (box.state, box.weight_g, box.packed_at) == (ParcelState.PACKED, 500, NOW)


@pytest.mark.parametrize("state", [ParcelState.PACKED, ParcelState.ISSUED, ParcelState.STOPPED])
def test_a_parcel_that_is_past_packing_says_its_state(state: ParcelState) -> None:
    with pytest.raises(ParcelNotOpen) as refused:
        parcel(state).begin_packing()
    assert refused.value.params["state"] == state


@pytest.mark.parametrize("state", list(ParcelState))
def test_only_a_parcel_in_the_house_can_be_stopped(state: ParcelState) -> None:
    box = parcel(state)
    if state in (ParcelState.ISSUED, ParcelState.STOPPED):
        with pytest.raises(ParcelNotOpen):
            box.stop("defect")
    else:
        box.stop("defect")
        assert (box.state, box.stop_reason) == (ParcelState.STOPPED, "defect")


@pytest.mark.capability("INV-09")
def test_no_more_can_be_defective_than_the_parcel_holds() -> None:
    parcel().spoil("A", 3)
    with pytest.raises(NotInParcel):
        parcel().spoil("A", 4)
    with pytest.raises(NotInParcel):
        parcel().spoil("B", 1)
    with pytest.raises(ParcelNotOpen):
        parcel(ParcelState.ISSUED).spoil("A", 1)
