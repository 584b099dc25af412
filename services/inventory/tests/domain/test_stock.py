"""What one unit of work may do to stock, and what it finds out."""

import pytest

from inventory.domain.alerts import AlertKind, crossings
from inventory.domain.stock import Level, Missing, MoveKind, NotLocked, Origin, Overheld, Stock, needs_of
from inventory.domain.worth import Worth

DOC = Origin(document="PN1")


def stock(*levels: Level, order: tuple[str, ...] = ("KHO", "CH1"), **worths: Worth) -> Stock:
    return Stock(levels, order, locked={"A", "B"}, worths=worths)


@pytest.mark.capability("INV-05")
def test_all_is_held_at_the_first_location_that_has_all() -> None:
    here = stock(Level("A", "KHO", 5), Level("B", "KHO", 0), Level("A", "CH1", 5), Level("B", "CH1", 1))
    assert here.hold({"A": 2, "B": 1}) == "CH1"
    assert (here.level("A", "CH1").reserved, here.level("B", "CH1").reserved) == (2, 1)
    assert here.level("A", "KHO").reserved == 0


@pytest.mark.capability("INV-05")
def test_nothing_is_held_where_one_line_is_short() -> None:
    here = stock(Level("A", "KHO", 5), Level("B", "CH1", 5))
    assert here.hold({"A": 1, "B": 1}) is None
    assert here.changed() == []


@pytest.mark.capability("INV-05")
def test_the_last_unit_can_be_held_and_not_one_more() -> None:
    here = stock(Level("A", "KHO", 3, reserved=2))
    assert here.hold({"A": 2}) is None
    assert here.hold({"A": 1}) == "KHO"
    assert here.level("A", "KHO").available == 0


def test_what_is_missing_is_told_of_the_location_that_lacks_least() -> None:
    here = stock(Level("A", "KHO", 1), Level("B", "KHO", 9), Level("A", "CH1", 2))
    assert here.missing({"A": 3, "B": 1}) == (Missing("A", 3, 1),)
    assert Stock([], (), locked={"A"}).missing({"A": 3}) == (Missing("A", 3, 0),)


def test_goods_that_are_not_locked_are_not_touched() -> None:
    here = stock(Level("A", "KHO", 1))
    with pytest.raises(NotLocked) as refused:
        here.hold({"A": 1, "C": 1, "D": 1})
    assert refused.value.skus == {"C", "D"}
    assert here.changed() == []


@pytest.mark.capability("INV-06")
def test_a_receipt_adds_units_and_value() -> None:
    here = stock(A=Worth(1, 40))
    here.receive("A", "KHO", 2, 101, DOC)
    assert (here.level("A", "KHO").on_hand, here.worth("A")) == (2, Worth(3, 141))
    assert [(move.kind, move.quantity, move.value) for move in here.moves] == [(MoveKind.RECEIPT, 2, 101)]


def test_an_issue_takes_its_share_of_all_locations_value() -> None:
    here = stock(Level("A", "KHO", 1, 1), Level("A", "CH1", 2), A=Worth(3, 100))
    here.release("KHO", {"A": 1})
    assert here.issue("A", "KHO", 1, DOC) == 33
    assert here.worth("A") == Worth(2, 67)


def test_units_that_were_not_on_the_books_are_found_first() -> None:
    here = stock(Level("A", "KHO", 1), A=Worth(1, 50))
    assert here.issue("A", "KHO", 3, DOC) == 150
    assert [(move.kind, move.quantity, move.value) for move in here.moves] == [
        (MoveKind.FOUND, 2, 100),
        (MoveKind.ISSUE, -3, -150),
    ]
    assert (here.level("A", "KHO").on_hand, here.worth("A")) == (0, Worth(0, 0))


def test_a_fact_may_leave_more_promised_than_there_is_until_holds_are_taken_back() -> None:
    here = stock(Level("A", "KHO", 5, reserved=4), A=Worth(5, 500))
    here.issue("A", "KHO", 3, DOC)
    assert here.overheld() == [Overheld("A", "KHO", 2)]
    here.release("KHO", {"A": 2})
    assert here.overheld() == []


@pytest.mark.capability("INV-09")
def test_a_defective_unit_is_set_aside_at_its_value() -> None:
    here = stock(Level("A", "KHO", 2), A=Worth(2, 100))
    here.set_aside("A", "KHO", 1, DOC)
    assert (here.level("A", "KHO").on_hand, here.level("A", "KHO").defective) == (1, 1)
    assert here.worth("A") == Worth(2, 100)
    assert here.revalued() == {}


def test_returns_come_back_at_the_value_they_left_with() -> None:
    here = stock(A=Worth(1, 70))
    here.come_back("A", "KHO", sellable=1, value=33, origin=DOC)
    here.come_back("A", "KHO", defective=1, value=34, origin=DOC)
    assert (here.level("A", "KHO").on_hand, here.level("A", "KHO").defective) == (1, 1)
    assert here.worth("A") == Worth(3, 137)


def test_what_came_free_is_the_difference_to_what_is_stored() -> None:
    here = stock(Level("A", "KHO", 5, reserved=5), Level("B", "KHO", 1))
    here.release("KHO", {"A": 2})
    here.hold({"B": 1})
    assert here.freed() == [("A", "KHO", 2), ("B", "KHO", -1)]


def test_lines_of_the_same_goods_count_together() -> None:
    assert needs_of([("A", 1), ("B", 2), ("A", 3)]) == {"A": 4, "B": 2}


@pytest.mark.capability("INV-18")
@pytest.mark.parametrize(
    ("before", "taken", "expected"),
    [
        (7, 1, []),
        (7, 2, [AlertKind.LOW]),
        (5, 1, []),
        (7, 7, [AlertKind.LOW, AlertKind.DEPLETED]),
        (1, 1, [AlertKind.DEPLETED]),
    ],
)
def test_low_is_at_the_threshold_and_depleted_at_nothing(before: int, taken: int, expected: list[AlertKind]) -> None:
    here = stock(Level("A", "KHO", before))
    here.hold({"A": taken})
    assert [alert.kind for alert in crossings(here, low_at=5)] == expected


@pytest.mark.capability("INV-18")
def test_a_sku_may_have_a_threshold_of_its_own() -> None:
    here = Stock([Level("A", "KHO", 3)], ("KHO",), locked={"A"}, thresholds={"A": 2})
    here.hold({"A": 1})
    (alert,) = crossings(here, low_at=0)
    assert (alert.kind, alert.threshold, alert.available) == (AlertKind.LOW, 2, 2)


@pytest.mark.capability("INV-18")
def test_goods_arrive_when_they_had_run_out_or_are_waited_for() -> None:
    def arrivals(on_hand: int, waited_for: set[str]) -> list[int]:
        here = stock(Level("A", "KHO", on_hand), A=Worth(on_hand, 0))
        here.receive("A", "KHO", 4, 0, DOC)
        alerts = crossings(here, low_at=0, waited_for=waited_for)
        return [alert.quantity for alert in alerts if alert.kind is AlertKind.ARRIVED]

    assert arrivals(0, set()) == [4]
    assert arrivals(1, set()) == []
    assert arrivals(1, {"A"}) == [4]
