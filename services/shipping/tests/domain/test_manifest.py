"""Signing hands over all parcels of the list at once, but for those left out by name (SHP-05)."""

from uuid import uuid4

import pytest
from shipping_cases import NOON, a_shipment, at, terms

from shipping.domain.journey import Status
from shipping.domain.manifest import Agreed, Entry, LeftOut, Manifest, ManifestIsSigned, State
from shipping.domain.quotes import Obstacle
from shipping.domain.shipment import Shipment


def a_manifest(*shipments: Shipment) -> Manifest:
    return Manifest(
        id=uuid4(),
        code="BB251122001",
        carrier_id="ghn",
        carrier_name="GHN",
        entries=[Entry.of(shipment) for shipment in shipments],
        drafted_at=NOON,
        drafted_by="Lan",
    )


def sign(manifest: Manifest, *shipments: Shipment, weight_g: int = 600) -> list[Shipment]:
    return manifest.sign(
        {shipment.id: shipment for shipment in shipments},
        postage={shipment.id: Agreed(weight_g=weight_g) for shipment in shipments},
        handed_over_by="Lan",
        received_by="Bình",
        at=at(1),
    )


@pytest.mark.capability("SHP-05")
def test_signing_hands_over_all_parcels_at_once() -> None:
    shipments = [a_shipment() for _ in range(3)]
    manifest = a_manifest(*shipments)
    assert sign(manifest, *shipments) == shipments
    assert {shipment.status for shipment in shipments} == {Status.HANDED_OVER}
    assert (manifest.state, manifest.handed_over_by, manifest.received_by) == (State.SIGNED, "Lan", "Bình")


@pytest.mark.capability("SHP-05")
def test_a_cancelled_parcel_is_left_out_by_name() -> None:
    goes, cancelled = a_shipment(), a_shipment()
    manifest = a_manifest(goes, cancelled)
    cancelled.cancel(NOON)
    assert sign(manifest, goes, cancelled) == [goes]
    assert [(entry.tracking, entry.left_out) for entry in manifest.left_out] == [
        (cancelled.tracking, LeftOut.CANCELLED)
    ]


def test_a_parcel_whose_order_has_changed_since_is_left_out() -> None:
    shipment = a_shipment()
    manifest = a_manifest(shipment)
    shipment.revise(terms(cod=0), 2)
    assert sign(manifest, shipment) == []
    assert manifest.left_out[0].left_out is LeftOut.CHANGED


def test_a_parcel_that_was_taken_apart_or_cannot_go_is_left_out() -> None:
    apart, stopped = a_shipment(), a_shipment()
    manifest = a_manifest(apart, stopped)
    assert apart.parcel is not None
    apart.detach(apart.parcel.id)
    stopped.stop_at(Obstacle.NOT_REACHED)
    sign(manifest, apart, stopped)
    assert {entry.left_out for entry in manifest.left_out} == {LeftOut.NOT_READY}


def test_a_list_of_which_nothing_is_left_is_void() -> None:
    shipment = a_shipment()
    manifest = a_manifest(shipment)
    shipment.cancel(NOON)
    sign(manifest, shipment)
    assert manifest.state is State.VOID


def test_what_is_signed_is_not_dropped() -> None:
    shipment = a_shipment()
    manifest = a_manifest(shipment)
    sign(manifest, shipment)
    with pytest.raises(ManifestIsSigned):
        manifest.drop()


@pytest.mark.capability("SHP-06")
def test_the_agreed_weight_stands_on_the_list_and_on_the_parcel() -> None:
    shipment = a_shipment()
    manifest = a_manifest(shipment)
    sign(manifest, shipment, weight_g=812)
    assert manifest.handed_over[0].weight_g == shipment.weight_g == 812
