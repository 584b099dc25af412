"""The one status people see: every combination has an answer, and it is the one that was agreed."""

import itertools

import pytest

from orders.domain.facets import Delivery, Facets, Inspection, Money, Sales, Stock
from orders.domain.status import Flag, Status, flags_of, status_of

EVERY = [
    Facets(sales=sales, stock=stock, inspection=inspection, delivery=delivery, money=money, held_back=held)
    for sales, stock, inspection, delivery, money, held in itertools.product(
        Sales, Stock, Inspection, Delivery, Money, (False, True)
    )
]


def as_agreed(f: Facets) -> str:
    """The paper's order of precedence, written down once more and differently: a list, the first that holds."""
    precedence = [
        ("deleted", f.sales == "deleted"),
        ("merged", f.sales == "merged"),
        ("split", f.sales == "split"),
        ("closed", f.sales == "closed"),
        ("reconciled", f.money == "reconciled"),
        ("lost", f.delivery == "lost"),
        ("returned", f.delivery == "returned" and f.inspection != "none"),
        ("returning", f.delivery == "returned"),
        ("partially_returned", f.delivery == "partially_returned"),
        ("returning", f.delivery == "returning"),
        ("delivered", f.delivery == "delivered"),
        ("delivery_failed", f.delivery == "delivery_failed"),
        ("in_delivery", f.delivery == "in_delivery"),
        ("handed_over", f.delivery == "handed_over"),
        ("cancelled", f.sales == "cancelled"),
        ("cancelling", f.sales == "cancelling"),
        ("new", f.sales == "new"),
        ("confirming", f.sales == "confirming"),
        ("on_hold", f.sales == "on_hold"),
        ("duplicate", f.sales == "duplicate"),
        ("awaiting_handover", f.stock in ("packed", "issued") and f.delivery == "created"),
        ("packed", f.stock in ("packed", "issued")),
        ("packing", f.stock == "packing"),
        ("picking", f.stock == "picking"),
        ("waiting_stock", f.stock == "waiting" or f.held_back),
        ("confirmed", True),
    ]
    return next(status for status, holds in precedence if holds)


@pytest.mark.capability("ORD-29")
def test_every_combination_of_facets_has_the_status_that_was_agreed() -> None:
    assert len(EVERY) == 11 * 7 * 3 * 10 * 2 * 2
    assert {facets: status_of(facets) for facets in EVERY} == {facets: as_agreed(facets) for facets in EVERY}


def test_every_status_can_be_seen() -> None:
    assert {status_of(facets) for facets in EVERY} == set(Status)


def test_a_cancelled_order_with_a_parcel_on_its_way_is_to_be_recalled() -> None:
    for facets in EVERY:
        expected = (
            facets.sales in (Sales.CANCELLING, Sales.CANCELLED)
            and facets.delivery not in (Delivery.NONE, Delivery.CREATED)
            and facets.money is Money.OPEN
        )
        assert (Flag.RECALL in flags_of(facets)) == expected


@pytest.mark.parametrize(
    ("flag", "facets"),
    [
        (Flag.CALL_CUSTOMER, Facets(sales=Sales.CONFIRMED, stock=Stock.RESERVED, held_back=True)),
        (Flag.SHIPPED_UNCONFIRMED, Facets(sales=Sales.NEW, delivery=Delivery.HANDED_OVER)),
        (Flag.ENDED_ON_THE_ROAD, Facets(sales=Sales.DELETED, delivery=Delivery.IN_DELIVERY)),
        (Flag.SETTLED_EARLY, Facets(sales=Sales.CONFIRMED, delivery=Delivery.HANDED_OVER, money=Money.RECONCILED)),
        (Flag.LOST, Facets(sales=Sales.CONFIRMED, delivery=Delivery.LOST)),
        (
            Flag.RETURN_INCOMPLETE,
            Facets(sales=Sales.CONFIRMED, delivery=Delivery.RETURNED, inspection=Inspection.INCOMPLETE),
        ),
    ],
)
def test_what_nobody_planned_is_flagged_for_a_person(flag: Flag, facets: Facets) -> None:
    assert flags_of(facets) == {flag}


@pytest.mark.parametrize(
    "facets",
    [
        Facets(sales=Sales.NEW),
        Facets(sales=Sales.CONFIRMED, stock=Stock.WAITING),
        Facets(sales=Sales.CONFIRMED, stock=Stock.PACKED, delivery=Delivery.CREATED),
        Facets(sales=Sales.CONFIRMED, stock=Stock.ISSUED, delivery=Delivery.DELIVERED),
        Facets(sales=Sales.CONFIRMED, stock=Stock.ISSUED, delivery=Delivery.DELIVERED, money=Money.RECONCILED),
        Facets(sales=Sales.CANCELLED),
        Facets(
            sales=Sales.CONFIRMED,
            stock=Stock.ISSUED,
            delivery=Delivery.RETURNED,
            inspection=Inspection.COMPLETE,
            money=Money.RECONCILED,
        ),
    ],
)
def test_an_order_on_its_usual_way_needs_nobody(facets: Facets) -> None:
    assert flags_of(facets) == frozenset()


def test_issued_goods_are_packed_until_the_road_has_them() -> None:
    facets = Facets(sales=Sales.CONFIRMED, stock=Stock.ISSUED, delivery=Delivery.CREATED)
    assert status_of(facets) is Status.AWAITING_HANDOVER
