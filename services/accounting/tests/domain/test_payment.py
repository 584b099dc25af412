"""Money of the customer's, in and out, and the one voucher of each movement (ACC-03)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Series
from accounting.domain.payment import Method, Payment, entry_of_payment, entry_of_refund

CHART = Chart({role: role.value for role in Role})
DAY = date(2025, 11, 21)


def a_payment(method: Method) -> Payment:
    return Payment(
        id=uuid4(),
        order_id=uuid4(),
        amount=100_000,
        currency="VND",
        method=method,
        reference="FT-1",
        received_on=DAY,
        recorded_at=datetime(2025, 11, 21, tzinfo=UTC),
        recorded_by="user:ke-toan",
    )


@pytest.mark.capability("ACC-03")
@pytest.mark.parametrize(
    ("method", "account", "series_in", "series_out"),
    [
        (Method.BANK_TRANSFER, Role.BANK, Series.BANK_IN, Series.BANK_OUT),
        (Method.CASH, Role.CASH, Series.CASH_IN, Series.CASH_OUT),
    ],
)
def test_money_moves_between_the_customer_and_where_it_lies(
    method: Method, account: Role, series_in: Series, series_out: Series
) -> None:
    payment = a_payment(method)
    paid = entry_of_payment(CHART, payment, "DH1")
    assert paid is not None
    assert (paid.series, paid.memo) == (series_in, "DH1 FT-1")
    assert [(line.account, line.amount) for line in paid.lines] == [
        (account.value, 100_000),
        (Role.CUSTOMER.value, -100_000),
    ]
    back = entry_of_refund(
        CHART,
        refund_id=uuid4(),
        order_id=payment.order_id,
        method=method,
        amount=40_000,
        currency="VND",
        day=DAY,
        memo="x",
    )
    assert back is not None
    assert back.series is series_out
    assert [(line.account, line.amount) for line in back.lines] == [
        (account.value, -40_000),
        (Role.CUSTOMER.value, 40_000),
    ]


@pytest.mark.capability("ACC-03")
def test_a_payment_told_twice_is_one_and_another_amount_is_another() -> None:
    payment = a_payment(Method.CARD)
    assert payment.is_same_as(replace(payment, id=uuid4(), note="lần hai"))
    assert not payment.is_same_as(replace(payment, amount=100_001))
