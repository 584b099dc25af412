"""The journal against a model beside it: whatever happens, in whatever order, repeated, late or refused.

The machine drives the real service on the real database; the model is a dictionary of account -> balance, kept with
arithmetic of its own. All examples share one database, emptied at the start of each.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger_builders import AnOrder, a_move, a_statement, accountant
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from accounting.domain.business_day import first_day, following
from accounting.main import service
from chassis.testing import Databases, Harness, Infra
from contracts.inventory.v1 import MoveKind

pytestmark = pytest.mark.connected

T = TypeVar("T")
NOON = datetime(2025, 11, 10, 5, tzinfo=UTC)
EMPTIED = [
    "journal_lines",
    "journal_entries",
    "voucher_series",
    "period_totals",
    "periods",
    "sold_lines",
    "inspections",
    "payments",
    "refunds",
    "cod_receipts",
    "cod_lines",
    "cod_statements",
    "cod_corrections",
    "shipments",
    "orders",
    "chassis.outbox",
    "chassis.audit",
]
AGAINST = {MoveKind.RECEIPT: "331", MoveKind.ISSUE: "632", MoveKind.RETURN: "632"}
money = st.integers(1, 10**7)


def rounded(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def tax(gross: int, rate: int) -> int:
    return rounded(Fraction(gross * rate, 10_000 + rate))


class Journal(RuleBasedStateMachine):
    """``harness`` and ``call`` are set by the test that runs the machine."""

    harness: Harness
    call: Any

    def __init__(self) -> None:
        super().__init__()
        self.expected: Counter[str] = Counter()
        self.facts = 0
        self.told: list[Any] = []
        self.orders: list[AnOrder] = []
        self.back: dict[Any, int] = {}
        self.unpaid: list[AnOrder] = []
        self.all_closed: list[str] = []
        self.first_used: str | None = None

    @initialize()
    def empty_books(self) -> None:
        self.month = "2025-11"
        self.harness.now = NOON
        self.call(emptied(self.harness))

    # --- what happens

    @rule(kind=st.sampled_from(list(MoveKind)), value=st.integers(-(10**7), 10**7))
    def stock_moves(self, kind: MoveKind, value: int) -> None:
        self.tell(a_move(kind, value, sku=f"SKU-{len(self.told)}"))
        if value:
            self.facts += 1
            self.book("156", value)
            self.book(AGAINST.get(kind) or ("711" if value > 0 else "811"), -value)

    @rule(
        goods=st.lists(st.tuples(money, st.sampled_from([0, 800, 1_000]), st.integers(1, 5)), min_size=1, max_size=3),
        freight=st.integers(0, 10**5),
        share=st.integers(0, 100),
        fee=st.integers(0, 10**5),
    )
    def a_parcel_is_delivered(self, goods: list[tuple[int, int, int]], freight: int, share: int, fee: int) -> None:
        order = AnOrder(goods=goods, freight=freight, fee=fee, delivered_at=self.harness.now)
        order.paid = order.total * share // 100
        for event in (order.confirmed(), order.created(), order.handed_over(), order.delivered()):
            self.tell(event)
        self.facts += 1
        self.orders.append(order)
        self.unpaid.append(order)
        self.back[order.order_id] = 0
        taxes = sum(tax(amount, rate) for amount, rate, _ in goods) + tax(freight, 800)
        self.book("131", order.paid)
        self.book("1388", order.cod)
        self.book("33311", -taxes)
        self.book("5113", -(freight - tax(freight, 800)))
        self.book("5111", -(order.total - freight - taxes + tax(freight, 800)))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def goods_come_back(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.orders))
        amount, rate, quantity = order.goods[0]
        units = min(data.draw(st.integers(1, 5)), quantity - self.back[order.order_id])
        self.tell(order.inspected(units or 1, return_id=uuid4()))
        before = self.back[order.order_id]
        self.back[order.order_id] += units

        def part(of: int, up_to: int) -> int:
            return rounded(Fraction(of * up_to, quantity))

        gross = part(amount, before + units) - part(amount, before)
        vat = part(tax(amount, rate), before + units) - part(tax(amount, rate), before)
        self.facts += bool(gross or vat)
        self.book("5212", gross - vat)
        self.book("33311", vat)
        self.book("131", -gross)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), amount=money)
    def the_customer_pays(self, data: st.DataObject, amount: int) -> None:
        order = data.draw(st.sampled_from(self.orders))
        body = {"order_id": str(order.order_id), "amount": amount, "reference": str(uuid4())}
        for status in (201, 200):
            assert self.post("/accounting/payments", body).status_code == status
        self.facts += 1
        self.book("1121", amount)
        self.book("131", -amount)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), amount=money)
    def money_goes_back(self, data: st.DataObject, amount: int) -> None:
        order = data.draw(st.sampled_from(self.orders))
        answer = self.post(
            "/accounting/refunds",
            {"order_id": str(order.order_id), "kind": "partial", "amount": amount, "reason": "x"},
        )
        if answer.status_code == 409:
            return
        path = f"/accounting/refunds/{answer.json()['id']}"
        assert self.post(f"{path}/approve", {}).status_code == 200
        assert self.post(f"{path}/pay", {"reference": str(uuid4())}).status_code == 200
        self.facts += 1
        self.book("1121", -amount)
        self.book("131", amount)

    @precondition(lambda self: self.unpaid)
    @rule(short=st.integers(0, 10**5))
    def the_carrier_settles(self, short: int) -> None:
        orders, self.unpaid = self.unpaid, []
        body = a_statement(*orders, reference=str(uuid4()))
        short = min(short, orders[0].cod)
        body["lines"][0]["cod"] -= short
        path = f"/accounting/cod-statements/{self.post('/accounting/cod-statements', body).json()['id']}"
        if short:
            refused = self.post(f"{path}/approve", {})
            assert refused.status_code == 409
            correction = {"resolution": "write_off", "reason": "x"}
            assert self.post(f"{path}/lines/1/correct", correction).status_code == 200
        net = self.post(f"{path}/approve", {}).json()["net"]
        fees, cod = sum(order.fee for order in orders), sum(order.cod for order in orders) - short
        assert net == cod - fees
        self.facts += bool(fees or short)
        self.book("6417", fees)
        self.book("811", short)
        self.book("1388", -fees - short)
        self.facts += bool(
            net or any(order.cod - order.fee for order in orders[1:]) or orders[0].cod - short - orders[0].fee
        )
        if net:
            assert self.post(f"{path}/receive", {"amount": net, "reference": str(uuid4())}).json()["state"] == "posted"
        self.book("1121", net)
        self.book("1388", -net)

    @rule(amount=money)
    def a_voucher_is_written_and_reversed(self, amount: int) -> None:
        body = {
            "memo": "x",
            "lines": [{"account": "1121", "debit": amount}, {"account": "4111", "credit": amount}],
        }
        written = self.post("/accounting/vouchers", body)
        assert written.status_code == 201
        reversal = self.post(f"/accounting/vouchers/{written.json()['id']}/reverse", {"reason": "x"})
        assert reversal.status_code == 201
        self.facts += 2
        self.book("1121", amount)
        self.book("1121", -amount)

    @precondition(lambda self: self.told)
    @rule(data=st.data(), same=st.booleans())
    def something_is_said_again(self, data: st.DataObject, same: bool) -> None:
        event = data.draw(st.sampled_from(self.told))
        self.run(self.harness.receives(event, id=event.meta.id if same else None))

    @rule()
    def the_month_is_closed(self) -> None:
        self.month = following(self.month)
        self.harness.now = datetime.combine(first_day(self.month), datetime.min.time(), UTC) + timedelta(days=2)
        period = following(self.closed) if self.closed else self.first_used
        if period is not None and period < self.month:
            assert self.post(f"/accounting/periods/{period}/close", {"reason": "x"}).status_code == 200
            self.all_closed.append(period)

    @precondition(lambda self: self.closed is not None)
    @rule()
    def the_last_month_is_opened_again(self) -> None:
        assert self.post(f"/accounting/periods/{self.closed}/open", {"reason": "x"}).status_code == 200
        self.all_closed.pop()

    @precondition(lambda self: self.facts)
    @rule(statement=st.sampled_from(["UPDATE journal_lines SET amount = 1", "DELETE FROM journal_entries"]))
    def somebody_tries_to_rewrite_history(self, statement: str) -> None:
        with pytest.raises(DBAPIError):
            self.rows(statement)

    # --- what always holds

    @invariant()
    def the_balances_are_those_of_the_model_and_every_fact_has_one_voucher(self) -> None:
        rows = self.rows(
            "SELECT account, sum(amount)::bigint AS balance, (SELECT count(*) FROM journal_entries) AS entries "
            "FROM journal_lines GROUP BY account"
        )
        found = {row["account"]: row["balance"] for row in rows if row["balance"]}
        assert found == {account: amount for account, amount in self.expected.items() if amount}
        assert self.facts == (rows[0]["entries"] if rows else 0)

    def teardown(self) -> None:
        """What is dearer to look at is looked at once, at the end."""
        assert not self.rows("SELECT 1 FROM journal_lines GROUP BY entry_id, currency HAVING sum(amount) <> 0")
        assert not self.rows(
            "SELECT series, period FROM journal_entries GROUP BY series, period "
            "HAVING count(*) <> max(right(number, 6)::int)"
        ), "numbers have a gap"
        assert not self.rows(
            "SELECT s.order_id FROM shipments s LEFT JOIN journal_lines l ON l.shipment_id = s.shipment_id "
            "AND l.account = '1388' GROUP BY s.shipment_id HAVING s.owed <> coalesce(sum(l.amount), 0)"
        ), "a parcel's debt is not its sub-ledger"
        assert not self.rows(
            "SELECT o.order_id FROM orders o LEFT JOIN journal_lines l ON l.order_id = o.order_id "
            "AND l.account = '131' GROUP BY o.order_id "
            "HAVING o.revenue - o.credited - o.paid - o.collected + o.refunded <> coalesce(sum(l.amount), 0)"
        ), "what a customer owes is not his sub-ledger"
        assert not self.rows(
            "SELECT period FROM period_totals GROUP BY period, currency HAVING sum(debit) <> sum(credit)"
        ), "a closed month does not balance"
        assert not self.rows(
            "SELECT t.period, t.account FROM period_totals t JOIN journal_entries e ON e.period = t.period "
            "JOIN journal_lines l ON l.entry_id = e.id AND l.account = t.account AND l.currency = t.currency "
            "GROUP BY t.period, t.account, t.currency HAVING sum(l.amount) <> t.debit - t.credit"
        ), "a closed month has changed"

    # --- how

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        found: T = self.call(work)
        return found

    def tell(self, event: Any) -> None:
        self.run(self.harness.receives(event))
        self.told.append(event)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.run(accountant(self.harness).post(path, json=body))

    def rows(self, statement: str) -> Any:
        return self.run(self.harness.rows(statement))

    @property
    def closed(self) -> str | None:
        return self.all_closed[-1] if self.all_closed else None

    def book(self, account: str, amount: int) -> None:
        self.expected[account] += amount
        if amount and self.first_used is None:
            self.first_used = self.month


async def emptied(harness: Harness) -> None:
    """As if nothing had ever happened; the guards of the journal have to look away for it."""
    async with harness.runtime.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in EMPTIED:
            await connection.execute(text(f"DELETE FROM {table}"))


@contextmanager
def loop_beside() -> Iterator[Any]:
    """Runs coroutines on a loop of its own in another thread: Hypothesis is synchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def play(infra: Infra, examples: int, steps: int) -> None:
    with loop_beside() as call:
        databases = Databases(infra.postgres)
        running = Harness.running(service, call(databases.make("accounting")))
        machine = type("Machine", (Journal,), {"harness": call(running.__aenter__()), "call": staticmethod(call)})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    database=None,
                ),
            )
        finally:
            call(running.__aexit__(None, None, None))
            call(databases.drop_all())


@pytest.mark.capability("ACC-16")
def test_the_journal_agrees_with_its_model(infra: Infra) -> None:
    play(infra, 8, 15)


@pytest.mark.deep
@pytest.mark.timeout(1200)
@pytest.mark.capability("ACC-16")
def test_the_journal_agrees_with_its_model_in_the_long_run(infra: Infra) -> None:
    play(infra, 200, 50)
