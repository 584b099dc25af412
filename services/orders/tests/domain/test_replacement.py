"""Orders that take the place of others: nothing appears, nothing is lost."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.domain.agreement import Agreement
from orders.domain.lines import Line, goods_value, shared
from orders.domain.replacement import merged, parts_of, same_goods, split


def line(sku: str, price: int, quantity: int = 1, discount: int = 0) -> Line:
    return Line(id=uuid4(), sku=sku, name=sku, quantity=quantity, unit_price=price, discount=discount)


def agreed(*lines: Line, freight: int = 0, discount: int = 0) -> Agreement:
    return Agreement(lines=lines, freight=freight, discount=discount).settled()


def goods(*agreements: Agreement) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in agreements:
        for line in each.lines:
            found[line.sku] += line.quantity
    return found


@pytest.mark.capability("ORD-07")
def test_the_first_part_keeps_the_freight_and_goods_their_prices() -> None:
    whole = agreed(line("A", 200_000), line("B", 100_000), freight=30_000)
    first, second = split(whole, parts_of(whole.lines, [{whole.lines[1].id: 1}]), uuid4)
    assert (first.total, second.total) == (230_000, 100_000)
    assert (goods(first), goods(second)) == ({"A": 1}, {"B": 1})


@pytest.mark.capability("ORD-07")
def test_a_discount_goes_with_the_goods() -> None:
    whole = agreed(line("A", 200_000), line("B", 100_000), discount=30_000, freight=30_000)
    first, second = split(whole, parts_of(whole.lines, [{whole.lines[1].id: 1}]), uuid4)
    assert (first.discount, second.discount) == (20_000, 10_000)
    assert (first.total, second.total) == (210_000, 90_000)


def test_units_of_one_line_can_go_apart_and_the_last_takes_the_rounding() -> None:
    whole = agreed(line("A", 10_000, quantity=3, discount=100), discount=50)
    parts = split(whole, parts_of(whole.lines, [{whole.lines[0].id: 1}, {whole.lines[0].id: 1}]), uuid4)
    assert [each.lines[0].quantity for each in parts] == [1, 1, 1]
    assert [each.lines[0].discount for each in parts] == [33, 33, 34]
    assert sum(each.total for each in parts) == whole.total


@pytest.mark.capability("ORD-08")
def test_one_freight_is_paid_and_like_goods_are_added_up() -> None:
    one = agreed(line("A", 150_000), freight=30_000)
    other = agreed(line("A", 150_000), line("B", 50_000), freight=30_000, discount=20_000)
    both = merged([one, other], uuid4).settled()
    assert goods(both) == {"A": 2, "B": 1}
    assert (len(both.lines), both.freight, both.discount, both.total) == (2, 30_000, 20_000, 360_000)


def test_the_same_goods_at_another_price_stay_a_line_of_their_own() -> None:
    both = merged([agreed(line("A", 150_000)), agreed(line("A", 99_000))], uuid4)
    assert [line.unit_price for line in both.lines] == [150_000, 99_000]


orders = st.lists(
    st.builds(
        line,
        st.sampled_from("ABC"),
        st.sampled_from([0, 1, 333, 99_999, 150_000]),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    lines = tuple(draw(orders))
    discount = draw(st.integers(0, goods_value(lines)))
    return agreed(*lines, freight=draw(st.integers(0, 50_000)), discount=discount)


@pytest.mark.capability("ORD-07", "ORD-08")
@settings(deadline=None)
@given(agreements(), st.data())
def test_splitting_and_merging_again_is_as_if_nothing_had_been(whole: Agreement, data: st.DataObject) -> None:
    units = [line.id for line in whole.lines for _ in range(line.quantity)]
    places = [data.draw(st.integers(0, 3)) for _ in units[1:]]
    taken: dict[int, dict[UUID, int]] = {}
    for id, place in zip(units[1:], places, strict=True):
        if place:
            part = taken.setdefault(place, {})
            part[id] = part.get(id, 0) + 1
    parts = split(whole, parts_of(whole.lines, list(taken.values())), uuid4)
    assert goods(*parts) == goods(whole)
    assert sum(part.settled().total for part in parts) == whole.total
    assert all(line.amount >= 0 for part in parts for line in part.settled().lines)
    again = merged(parts, uuid4).settled()
    assert (goods(again), again.total, again.freight) == (goods(whole), whole.total, whole.freight)


@pytest.mark.capability("ORD-08")
@settings(deadline=None)
@given(st.lists(agreements(), min_size=2, max_size=4))
def test_a_merged_order_is_worth_all_its_goods_and_the_first_freight(several: list[Agreement]) -> None:
    both = merged(several, uuid4).settled()
    assert goods(both) == goods(*several)
    assert both.total == sum(each.total - each.freight for each in several) + several[0].freight
    assert same_goods(both, merged(several, uuid4))


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), min_size=1, max_size=8))
def test_shares_add_up_and_none_but_the_last_is_above_its_weight(amount: int, weights: list[int]) -> None:
    shares = shared(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares[:-1], weights[:-1], strict=True))
    assert amount > sum(weights) or shares[-1] <= weights[-1]
