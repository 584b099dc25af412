"""For every state an order can rest in, somebody moves it next; where nobody can, it is stuck."""

from dataclasses import replace

import pytest

from devkit.truth.standing import Standing, disagreements, waits_for

NEW = Standing(id="o", sales="new")
CONFIRMED = Standing(id="o", sales="confirmed", confirmed_there=True)
WAITING = replace(CONFIRMED, stock="waiting", hold="waiting")
HELD = replace(CONFIRMED, stock="reserved", hold="held", free=True)
SHIPPABLE = replace(HELD, delivery="created", shipment="created", released=True)
PICKING = replace(SHIPPABLE, stock="picking", parcel="picking", free=False)
PACKED = replace(PICKING, stock="packed", parcel="packed", shipment="awaiting_pickup")
SENT = Standing(
    id="o", sales="confirmed", confirmed_there=True, stock="issued", issued=True, delivery="handed_over",
    shipment="handed_over",
)  # fmt: skip
DELIVERED = replace(SENT, delivery="delivered", shipment="delivered")
BACK = replace(SENT, delivery="returned", shipment="returned", to_inspect=True)
CANCELLED = Standing(id="o", sales="cancelled", confirmed_there=True, cancelled_there=True, shipment="cancelled")


@pytest.mark.parametrize(
    ("order", "who"),
    [
        (NEW, "the desk"),
        (WAITING, "new goods"),
        (replace(HELD, held_back=True), "the customer"),
        (replace(HELD, unroutable=True, obstacle="not_reached"), "shipping staff"),
        (SHIPPABLE, "the warehouse: to pick it"),
        (PICKING, "the warehouse: to pack it"),
        (PACKED, "shipping staff: to sign"),
        (replace(PACKED, obstacle="not_reached"), "shipping staff: no carrier"),
        (SENT, "the carrier: to report"),
        (replace(SENT, delivery="in_delivery", shipment="in_transit"), "the carrier: to report"),
        (DELIVERED, "the carrier: to pay"),
        (replace(DELIVERED, money="reconciled", settled=True), "time"),
        (BACK, "the warehouse: to inspect it"),
        (replace(BACK, to_inspect=False, inspection="complete"), "the carrier: to send its statement"),
        (replace(SENT, delivery="lost", shipment="lost"), "the carrier: to answer"),
        (CANCELLED, "nobody: it is cancelled"),
        (replace(DELIVERED, sales="closed", money="reconciled", settled=True), "nobody: it is over"),
    ],
)
def test_somebody_moves_it(order: Standing, who: str) -> None:
    assert (waits_for(order) or "nobody will").startswith(who)
    assert disagreements(order) == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(Standing(id="o", stock="reserved"), id="facts of an order the desk never heard of"),
        pytest.param(replace(NEW, hold="held", stock="reserved"), id="held, and never confirmed"),
        pytest.param(Standing(id="o", sales="confirmed"), id="confirmed, and the warehouse does not know"),
        pytest.param(CONFIRMED, id="confirmed there, and neither held nor queued"),
        pytest.param(HELD, id="held and free, and no shipment was made"),
        pytest.param(replace(SHIPPABLE, free=False), id="held, and not free to be picked"),
        pytest.param(replace(SHIPPABLE, called_off=True), id="shipping was told that it is cancelled"),
        pytest.param(replace(PACKED, shipment="created"), id="packed, and shipping does not know"),
        pytest.param(replace(SHIPPABLE, shipment="cancelled"), id="its shipment was cancelled, the order was not"),
        pytest.param(replace(SHIPPABLE, sales="cancelling"), id="asked to cancel, and never answered"),
        pytest.param(replace(SENT, issued=False), id="handed over, and its goods never left the books"),
        pytest.param(replace(DELIVERED, settled=True), id="settled, and orders does not know"),
        pytest.param(replace(BACK, to_inspect=False), id="came back, and nobody is to inspect it"),
        pytest.param(replace(CANCELLED, hold="held"), id="cancelled, and still held"),
        pytest.param(replace(CANCELLED, shipment="created"), id="cancelled, and still to be shipped"),
        pytest.param(replace(CANCELLED, came_in=100), id="cancelled, and the money is not asked back"),
    ],
)
def test_nobody_will(order: Standing) -> None:
    assert waits_for(order) is None


def test_a_facet_that_differs_from_its_owner_is_named() -> None:
    assert disagreements(replace(SENT, shipment="delivered")) == [
        "orders says delivery handed_over, its owner delivered"
    ]
    assert disagreements(replace(HELD, hold="waiting")) == ["orders says stock reserved, its owner waiting"]
    assert disagreements(replace(DELIVERED, settled=True, came_in=5)) == [
        "orders says money open, its owner reconciled", "orders says paid 0, its owner 5"
    ]  # fmt: skip
