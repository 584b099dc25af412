"""How a carrier's receipt is shared among the lines of a statement."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.statement import (
    MoreThanDue,
    NotTheDirection,
    ReferencesRepeated,
    StatementLine,
    allocate,
    must_be_distinct,
)


def a_line(number: int, remit: int, received: int = 0, carried: int = 0) -> StatementLine:
    return StatementLine(
        number=number,
        reference=str(number),
        tracking=f"T{number}",
        cod=0,
        fee=0,
        shipment_id=uuid4(),
        remit=remit,
        received=received,
        carried=carried,
    )


def shares(amount: int, *lines: StatementLine, unclaimed: dict[UUID, int] | None = None) -> list[tuple[int, int, bool]]:
    return [(each.line.number, each.amount, each.carried) for each in allocate(amount, lines, unclaimed or {})]


@pytest.mark.capability("ACC-01")
def test_a_full_receipt_settles_every_line_and_sets_off_the_fees() -> None:
    assert shares(70, a_line(1, 100), a_line(2, -30)) == [(2, -30, False), (1, 100, False)]


def test_a_part_settles_lines_in_their_order() -> None:
    assert shares(150, a_line(1, 100), a_line(2, 100)) == [(1, 100, False), (2, 50, False)]
    assert shares(50, a_line(1, 100, 100), a_line(2, 100, 50)) == [(2, 50, False)]


def test_what_is_left_pays_carried_debts_as_far_as_nobody_else_claims_them() -> None:
    line = a_line(1, 100, 100, carried=50)
    assert line.shipment_id is not None
    assert shares(30, line, unclaimed={line.shipment_id: 50}) == [(1, 30, True)]
    with pytest.raises(MoreThanDue) as refused:
        allocate(50, [line], {line.shipment_id: 49})
    assert refused.value.params["most"] == 49


def test_one_dong_more_than_is_open_is_refused() -> None:
    assert shares(100, a_line(1, 100))
    with pytest.raises(MoreThanDue):
        shares(101, a_line(1, 100))


def test_money_the_wrong_way_is_refused() -> None:
    with pytest.raises(NotTheDirection):
        shares(-1, a_line(1, 100))
    with pytest.raises(NotTheDirection):
        shares(1, a_line(1, -100))


@given(st.lists(st.integers(-1_000, 1_000).filter(bool), min_size=1, max_size=20), st.data())
def test_shares_sum_to_the_receipt_and_no_line_gets_more_than_its_own(remits: list[int], data: st.DataObject) -> None:
    net = sum(remits)
    lines = [a_line(number, remit) for number, remit in enumerate(remits)]
    amount = data.draw(st.integers(min(net, 0), max(net, 0))) or net
    given_out = allocate(amount, lines, {})
    assert sum(each.amount for each in given_out) == amount
    for each in given_out:
        assert abs(each.amount) <= abs(each.line.remit)
        assert each.amount * each.line.remit > 0
    if amount == net:
        assert len(given_out) == len(lines)


def test_one_reference_for_two_lines_is_refused() -> None:
    must_be_distinct([a_line(1, 0), a_line(2, 0)])
    with pytest.raises(ReferencesRepeated):
        must_be_distinct([a_line(1, 0), a_line(1, 0)])
