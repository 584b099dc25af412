"""A parcel moves forward only, whatever order its scans come in (SHP-08)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipping_cases import NOON, a_scan, a_shipment, at, on_the_road

from contracts.shipping.v1 import ScanStatus as SaidToTheWorld
from shipping.domain.journey import FINAL, Status, may_move
from shipping.domain.scans import Outcome, Scan, ScanStatus
from shipping.domain.shipment import Moved, Shipment

STEP_DOWN = {(Status.FAILED, Status.OUT_FOR_DELIVERY), (Status.FAILED, Status.FAILED)}
HEIGHT = {
    Status.HANDED_OVER: 0,
    Status.IN_TRANSIT: 1,
    Status.OUT_FOR_DELIVERY: 2,
    Status.FAILED: 3,
    Status.RETURNING: 4,
    **dict.fromkeys(FINAL, 5),
}


def test_our_words_are_those_of_the_contract() -> None:
    assert [status.value for status in ScanStatus] == [status.value for status in SaidToTheWorld]


def moves(shipment: Shipment) -> list[Status]:
    return [event.to for event in shipment.collect() if isinstance(event, Moved)]


@pytest.mark.capability("SHP-08")
def test_the_usual_way_ends_at_the_door() -> None:
    shipment = on_the_road()
    for hours, status in enumerate(("picked_up", "in_transit", "out_for_delivery", "delivered"), start=1):
        shipment.report(a_scan(status, hours), tries=3)
    assert shipment.status is Status.DELIVERED
    assert shipment.ended_at == at(4)
    assert moves(shipment) == [Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.DELIVERED]


@pytest.mark.capability("SHP-08")
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_every_order_of_arrival_the_parcel_ends_where_the_last_scan_says(order: tuple[int, ...]) -> None:
    scans = [a_scan(each, n) for n, each in enumerate(("in_transit", "out_for_delivery", "failed", "delivered"), 1)]
    shipment = on_the_road()
    for place in order:
        shipment.report(scans[place], tries=3)
    assert shipment.status is Status.DELIVERED


statuses = st.sampled_from(list(ScanStatus))
some_scans = st.lists(
    st.builds(
        lambda status, minutes: a_scan(status, at=NOON + timedelta(minutes=minutes)), statuses, st.integers(0, 8)
    ),
    max_size=12,
)


@pytest.mark.capability("SHP-08")
@given(some_scans, st.integers(1, 4))
def test_no_order_of_scans_moves_a_parcel_backwards(scans: list[Scan], tries: int) -> None:
    shipment = on_the_road()
    heights, times = [Status.HANDED_OVER], []
    for scan in scans:
        before, was_final = shipment.status, shipment.status in FINAL
        outcome = shipment.report(scan, tries=tries)
        if was_final:
            assert (outcome, shipment.status) == (Outcome.FINAL, before)
        if outcome is not Outcome.APPLIED:
            assert shipment.status is before
        else:
            times.append(scan.at)
        heights += moves(shipment)
    assert times == sorted(times)
    for one, next in pairwise(heights):
        certain = (one, next) != (Status.RETURNING, Status.DELIVERED)
        assert may_move(one, next, return_is_certain=certain), f"{one} cannot come to {next}"
        assert HEIGHT[next] > HEIGHT[one] or (one, next) in STEP_DOWN
    assert shipment.attempts <= sum(scan.status is ScanStatus.FAILED for scan in scans)


@pytest.mark.capability("SHP-08")
@given(some_scans)
def test_a_scan_that_moved_the_parcel_does_not_move_it_again(scans: list[Scan]) -> None:
    shipment = on_the_road()
    moved = [scan for scan in scans if shipment.report(scan, tries=3) is Outcome.APPLIED]
    reached = (shipment.status, shipment.attempts)
    assert Outcome.APPLIED not in {shipment.report(scan, tries=3) for scan in reversed(moved)}
    assert shipment.status is reached[0]


@pytest.mark.capability("SHP-08")
def test_a_scan_older_than_the_last_one_that_moved_it_moves_nothing() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("out_for_delivery", 2), tries=3)
    assert shipment.report(a_scan("returned", 1.9), tries=3) is Outcome.LATE
    assert shipment.status is Status.OUT_FOR_DELIVERY


def test_two_scans_of_the_same_moment_are_taken_in_the_order_of_the_way() -> None:
    one_way, other_way = on_the_road(), on_the_road()
    first, second = a_scan("in_transit", 1), a_scan("out_for_delivery", 1)
    assert [one_way.report(scan, tries=3) for scan in (first, second)] == [Outcome.APPLIED, Outcome.APPLIED]
    assert [other_way.report(scan, tries=3) for scan in (second, first)] == [Outcome.APPLIED, Outcome.LATE]
    assert one_way.status is other_way.status is Status.OUT_FOR_DELIVERY


@pytest.mark.capability("SHP-08")
@pytest.mark.parametrize("end", ["delivered", "returned", "lost", "damaged"])
@pytest.mark.parametrize("later", list(ScanStatus))
def test_the_end_of_a_shipment_is_never_left(end: str, later: ScanStatus) -> None:
    shipment = on_the_road()
    shipment.report(a_scan(end, 1), tries=3)
    shipment.collect()
    assert shipment.report(a_scan(later, 2), tries=3) is Outcome.FINAL
    assert shipment.status is Status(end)
    assert shipment.collect() == []


def test_a_parcel_seen_at_another_depot_is_noted_and_stays_where_it_is() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("out_for_delivery", 1), tries=3)
    assert shipment.report(a_scan("in_transit", 2), tries=3) is Outcome.NOTED
    assert shipment.status is Status.OUT_FOR_DELIVERY


@pytest.mark.capability("SHP-13", "SHP-14")
def test_the_third_failed_try_is_the_last_and_sends_it_back() -> None:
    shipment = on_the_road()
    for hours in (1, 2):
        shipment.report(a_scan("failed", hours, reason="không nghe máy"), tries=3)
        assert shipment.status is Status.FAILED
    shipment.collect()
    shipment.report(a_scan("failed", 3, reason="không nghe máy"), tries=3)
    assert shipment.status is Status.RETURNING
    failed, returning = shipment.collect()
    assert (failed.attempt, failed.final, failed.reason) == (3, True, "không nghe máy")
    assert (returning.to, returning.reason) == (Status.RETURNING, "tries_used")


@pytest.mark.capability("SHP-13")
@pytest.mark.parametrize(("tries", "status"), [(2, Status.RETURNING), (3, Status.FAILED), (1, Status.RETURNING)])
def test_how_many_tries_there_are_is_a_setting(tries: int, status: Status) -> None:
    shipment = on_the_road()
    for hours in range(1, min(tries, 2) + 1):
        shipment.report(a_scan("failed", hours), tries=tries)
    assert shipment.status is status


@pytest.mark.capability("SHP-13")
def test_a_failed_try_may_be_followed_by_another_one() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("failed", 1), tries=3)
    assert shipment.report(a_scan("out_for_delivery", 2), tries=3) is Outcome.APPLIED
    assert shipment.status is Status.OUT_FOR_DELIVERY


@pytest.mark.capability("SHP-13")
def test_a_failed_try_that_is_told_late_still_counts_as_a_try() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("out_for_delivery", 5), tries=3)
    shipment.report(a_scan("failed", 1), tries=3)
    shipment.report(a_scan("failed", 3), tries=3)
    assert (shipment.status, shipment.attempts) == (Status.OUT_FOR_DELIVERY, 2)
    shipment.report(a_scan("failed", 6), tries=3)
    assert shipment.status is Status.RETURNING


@pytest.mark.capability("SHP-14")
def test_a_parcel_that_is_refused_goes_back_at_once() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("refused", 1), tries=3)
    assert shipment.status is Status.RETURNING
    assert shipment.collect()[0].reason == "refused"
    assert shipment.report(a_scan("delivered", 2), tries=3) is Outcome.NOTED


@pytest.mark.capability("SHP-14")
def test_a_return_we_only_assume_may_still_end_at_the_customers_door() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("failed", 1), tries=1)
    assert shipment.report(a_scan("delivered", 2), tries=1) is Outcome.APPLIED
    assert shipment.status is Status.DELIVERED


@pytest.mark.capability("SHP-14")
def test_a_return_the_carrier_has_confirmed_may_not() -> None:
    shipment = on_the_road()
    shipment.report(a_scan("failed", 1), tries=1)
    assert shipment.report(a_scan("returning", 2), tries=1) is Outcome.NOTED
    assert shipment.report(a_scan("delivered", 3), tries=1) is Outcome.NOTED
    assert shipment.status is Status.RETURNING


def test_before_the_handover_a_scan_waits() -> None:
    assert a_shipment().report(a_scan("picked_up"), tries=3) is Outcome.EARLY


def test_a_word_without_meaning_moves_nothing() -> None:
    assert on_the_road().report(dataclasses.replace(a_scan("lost"), status=None), tries=3) is Outcome.UNMAPPED
