"""The point of no return, the newest address, and what may still change before it."""

import json
from dataclasses import fields, replace
from uuid import uuid4

import pytest
from shipping_cases import NOON, a_parcel, a_scan, a_shipment, at, on_the_road, receiver, terms

from shipping.adapters.documents import terms_document, terms_from
from shipping.domain.consignment import Consignment
from shipping.domain.journey import Status
from shipping.domain.quotes import Obstacle, Quote
from shipping.domain.shipment import Cancelled, CancelRefused, CannotRecall, Created, HandedOver, Unroutable
from shipping.domain.terms import Printed
from shipping.domain.waybill import Sender, Waybill
from shipping.entrypoints.schemas.waybills import WaybillView

other = Quote(carrier_id="vtp", carrier_name="VTP", service="fast", service_name="Nhanh", fee=50_000)


@pytest.mark.parametrize("packed", [False, True])
def test_before_the_handover_a_cancel_request_is_granted(packed: bool) -> None:
    shipment = a_shipment(packed=packed)
    assert shipment.cancel(at(1)) is True
    assert shipment.status is Status.CANCELLED
    assert shipment.collect() == [Cancelled(shipment)]


@pytest.mark.parametrize("scans", [[], ["in_transit"], ["delivered"], ["returned"], ["lost"]])
def test_after_the_handover_it_is_refused_whatever_became_of_the_parcel(scans: list[str]) -> None:
    shipment = on_the_road()
    for hours, status in enumerate(scans, 1):
        shipment.report(a_scan(status, hours), tries=3)
    before = shipment.status
    shipment.collect()
    assert shipment.cancel(at(9)) is False
    assert shipment.status is before
    assert shipment.collect() == [CancelRefused(shipment)]


def test_a_repeated_cancel_request_gets_the_same_answer() -> None:
    shipment = a_shipment()
    shipment.cancel(at(1))
    shipment.collect()
    assert shipment.cancel(at(2)) is True
    assert shipment.collect() == [Cancelled(shipment)]
    assert shipment.ended_at == at(1)


@pytest.mark.capability("SHP-05", "SHP-06")
def test_the_handover_fixes_the_agreed_weight_and_postage() -> None:
    shipment = a_shipment()
    shipment.hand_over(manifest_id=uuid4(), manifest_code="BB1", weight_g=777, fee=41_000, at=at(1))
    assert (shipment.status, shipment.weight_g, shipment.fee) == (Status.HANDED_OVER, 777, 41_000)
    assert shipment.collect() == [HandedOver(shipment, at(1))]


@pytest.mark.capability("SHP-04")
def test_until_the_handover_the_waybill_follows_the_order() -> None:
    shipment = a_shipment()
    shipment.print(NOON)
    shipment.revise(terms(cod=0, receiver=receiver(street="99 Hai Bà Trưng"), note="gọi trước"), 2)
    label = Waybill.of(shipment, Sender(name="Shop", phone="", address=""))
    assert (label.cod, label.receiver.street, label.note) == (0, "99 Hai Bà Trưng", "gọi trước")
    assert label.is_outdated
    shipment.print(at(1))
    assert not shipment.waybill_is_outdated


def test_what_is_not_printed_does_not_outdate_the_waybill() -> None:
    shipment = a_shipment()
    shipment.print(NOON)
    same = shipment.terms
    shipment.revise(terms(lines=same.lines, owner_id="lan"), 2)
    assert not shipment.waybill_is_outdated


def test_an_older_word_of_the_order_changes_nothing() -> None:
    shipment = a_shipment(terms_sequence=5)
    shipment.revise(terms(cod=1), 5)
    assert shipment.terms.cod == 330_000


def test_after_the_handover_the_order_changes_nothing_any_more() -> None:
    shipment = on_the_road()
    shipment.revise(terms(cod=0), 9)
    assert shipment.terms.cod == 330_000


def test_a_label_before_the_parcel_is_packed_makes_it_labelled() -> None:
    shipment = a_shipment(packed=False)
    shipment.print(NOON)
    assert shipment.status is Status.LABELLED
    shipment.attach(a_parcel(720))
    assert (shipment.status, shipment.weight_g) == (Status.AWAITING_PICKUP, 720)


def test_a_parcel_that_is_taken_apart_does_not_wait_for_the_carrier_any_more() -> None:
    shipment = a_shipment()
    assert shipment.parcel is not None
    shipment.detach(uuid4())
    assert shipment.can_go
    shipment.detach(shipment.parcel.id)
    assert (shipment.status, shipment.can_go) == (Status.CREATED, False)


def test_another_carrier_means_another_number_and_is_said() -> None:
    shipment = a_shipment()
    shipment.stop_at(Obstacle.NOT_REACHED)
    shipment.stop_at(Obstacle.NOT_REACHED)
    assert not shipment.can_go
    shipment.reroute(other, "VTP1")
    assert (shipment.carrier_id, shipment.tracking, shipment.fee, shipment.can_go) == ("vtp", "VTP1", 50_000, True)
    assert shipment.collect() == [Unroutable(shipment, Obstacle.NOT_REACHED), Created(shipment)]


@pytest.mark.capability("SHP-14")
def test_a_parcel_on_its_way_can_be_recalled_once() -> None:
    shipment = on_the_road()
    shipment.recall(at(1), "khách hủy")
    shipment.recall(at(2), "khách hủy")
    assert shipment.status is Status.RETURNING
    assert len(shipment.collect()) == 1


@pytest.mark.parametrize("status", [Status.AWAITING_PICKUP, Status.DELIVERED, Status.CANCELLED, Status.RETURNED])
def test_what_is_not_on_its_way_cannot_be_recalled(status: Status) -> None:
    with pytest.raises(CannotRecall) as refused:
        a_shipment(status=status).recall(at(1), "khách hủy")
    assert refused.value.params["state"] is status


def test_a_consignment_says_in_one_word_what_it_waits_for() -> None:
    known = {"order_id": uuid4(), "terms": terms()}
    assert Consignment(order_id=uuid4(), reserved_at=NOON).state == "waits_for_order"
    assert Consignment(**known).state == "waits_for_stock"
    assert Consignment(**known, reserved_at=NOON, waiting_since=NOON).state == "waits_for_release"
    assert Consignment(**known, reserved_at=NOON).state == "ready"
    assert Consignment(**known, reserved_at=NOON, obstacle=Obstacle.TOO_HEAVY).state == "unroutable"
    assert Consignment(**known, reserved_at=NOON, shipment_id=uuid4()).state == "shipped"
    assert Consignment(**known, reserved_at=NOON, called_off_at=NOON).state == "called_off"


@pytest.mark.capability("SHP-04")
@pytest.mark.parametrize("field", [each.name for each in fields(Printed)])
def test_whatever_is_printed_is_on_the_waybill_and_outdates_it(field: str) -> None:
    now = a_shipment()
    other = replace(now.terms, **{field: object()})
    assert not now.terms.prints_like(other)
    now.print(NOON)
    now.revise(other, 2)
    label = Waybill.of(now, Sender(name="Shop", phone="", address=""))
    assert (getattr(label, field), label.is_outdated) == (getattr(other, field), True)
    assert field in {*WaybillView.model_fields, "currency"}


def test_terms_are_kept_whole() -> None:
    agreed = terms(note="gọi trước", receiver=receiver(district="Quận 1"), carrier_choice="ghn", owner_id="lan")
    assert terms_from(json.loads(json.dumps(terms_document(agreed)))) == agreed
