"""Statements, refunds and corrections go from state to state as DOMAIN 4.2 says and in no other way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from accounting.domain.cod_correction import CodCorrection, CorrectionDecided, CorrectionState
from accounting.domain.matching import Difference, Resolution
from accounting.domain.payment import Method
from accounting.domain.refund import Refund, RefundKind, RefundNotPossible, RefundState
from accounting.domain.statement import (
    DifferencesOpen,
    NothingToCorrect,
    ResolutionNotPossible,
    Statement,
    StatementLine,
    StatementNotPossible,
    StatementState,
)

NOW = datetime(2025, 11, 22, tzinfo=UTC)


def a_statement(state: StatementState = StatementState.MATCHED, net: int = 0) -> Statement:
    return Statement(
        id=uuid4(),
        carrier_id="ghn",
        reference="1",
        currency="VND",
        state=state,
        imported_at=NOW,
        imported_by="user:acc",
        net=net,
    )


@pytest.mark.capability("ACC-01")
@pytest.mark.parametrize(
    ("open_differences", "resolved", "state"),
    [(0, 0, StatementState.MATCHED), (1, 5, StatementState.DIFFERENCE), (0, 1, StatementState.CORRECTED)],
)
def test_how_a_compared_statement_stands(open_differences: int, resolved: int, state: StatementState) -> None:
    statement = a_statement()
    statement.compared(open_differences=open_differences, resolved=resolved)
    assert statement.state is state


@pytest.mark.capability("ACC-01")
def test_an_open_difference_stands_before_approval() -> None:
    with pytest.raises(DifferencesOpen):
        a_statement(StatementState.DIFFERENCE).approve("user:acc", NOW, 100)


@pytest.mark.capability("ACC-01")
def test_money_makes_an_approved_statement_posted_when_it_is_complete() -> None:
    statement = a_statement()
    statement.approve("user:acc", NOW, 100)
    statement.receive(99, NOW)
    assert statement.state is StatementState.MONEY_RECEIVED
    statement.receive(1, NOW)
    assert (statement.state, statement.posted_at) == (StatementState.POSTED, NOW)
    statement.receive(50, NOW)
    assert (statement.state, statement.received) == (StatementState.POSTED, 150)


def test_a_statement_that_brings_nothing_is_posted_when_it_is_approved() -> None:
    statement = a_statement()
    statement.approve("user:acc", NOW, 0)
    assert statement.state is StatementState.POSTED


@pytest.mark.parametrize("state", [StatementState.APPROVED, StatementState.MONEY_RECEIVED, StatementState.POSTED])
def test_what_stands_in_the_books_is_not_approved_again(state: StatementState) -> None:
    with pytest.raises(StatementNotPossible) as refused:
        a_statement(state).approve("user:acc", NOW, 1)
    assert refused.value.params["possible"] == ["receive"]


@pytest.mark.parametrize("state", [StatementState.MATCHED, StatementState.DIFFERENCE, StatementState.CORRECTED])
def test_no_money_before_approval(state: StatementState) -> None:
    with pytest.raises(StatementNotPossible):
        a_statement(state).receive(1, NOW)


def test_a_line_is_resolved_only_in_ways_that_fit_its_difference() -> None:
    line = StatementLine(number=1, reference="1", tracking="T", cod=1, fee=0)
    with pytest.raises(NothingToCorrect):
        line.resolve(Resolution.CARRY, "x")
    line.difference = Difference.UNKNOWN
    with pytest.raises(ResolutionNotPossible) as refused:
        line.resolve(Resolution.CARRY, "x")
    assert refused.value.params["possible"] == ["accept", "reject"]
    line.resolve(Resolution.REJECT, "không phải của mình")
    assert (line.resolution, line.counts) == (Resolution.REJECT, False)


def a_refund() -> Refund:
    return Refund(
        id=uuid4(),
        order_id=uuid4(),
        kind=RefundKind.PARTIAL,
        amount=1,
        currency="VND",
        reason="x",
        requested_by="user:sal",
        requested_at=NOW,
    )


@pytest.mark.capability("ACC-04")
def test_a_refund_is_approved_before_it_is_paid_and_paid_once() -> None:
    refund = a_refund()
    with pytest.raises(RefundNotPossible):
        refund.pay("user:acc", date(2025, 11, 22), Method.CASH, "R1")
    refund.approve("user:lead", NOW, None)
    with pytest.raises(RefundNotPossible):
        refund.reject("user:lead", NOW, "x")
    refund.pay("user:acc", date(2025, 11, 22), Method.CASH, "R1")
    assert refund.state is RefundState.PAID
    with pytest.raises(RefundNotPossible):
        refund.pay("user:acc", date(2025, 11, 22), Method.CASH, "R2")


def test_a_correction_is_decided_once() -> None:
    correction = CodCorrection(
        id=uuid4(),
        order_id=uuid4(),
        shipment_id=uuid4(),
        cod=1,
        previous=2,
        currency="VND",
        reason="x",
        requested_by="user:lead",
        requested_at=NOW,
    )
    correction.decide(CorrectionState.APPROVED, "user:acc", NOW, None)
    with pytest.raises(CorrectionDecided):
        correction.decide(CorrectionState.REJECTED, "user:acc", NOW, None)
