"""Any sequence of commands and facts, beside a model that knows only what people were promised."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orders.domain import happenings as h
from orders.domain.agreement import Agreement, Call, Hold, Origin
from orders.domain.errors import CancelNeedsLead, NotNow
from orders.domain.facets import ENDED, OURS, UNCONFIRMED, Delivery, Sales, Stock
from orders.domain.lines import Line
from orders.domain.order import Order
from orders.domain.party import Address, Contact
from orders.domain.progress import Missing, Patience, Shipment

NOW = datetime(2025, 11, 22, 5, tzinfo=UTC)
PATIENCE = Patience(10, ZoneInfo("Asia/Ho_Chi_Minh"))
WEEK = timedelta(days=7)
GHN = Shipment(id=UUID(int=7), carrier_id="ghn", tracking="GHN1")
COMMANDS: dict[str, Callable[[Order], Any]] = {
    "calls": lambda o: o.log_call(Call(at=NOW, by="user:sal", outcome=h.CallOutcome.BUSY)),
    "confirm": lambda o: o.confirm(NOW, blacklisted=False, override=None, patience=PATIENCE),
    "hold": lambda o: o.put_on_hold(Hold(reason=h.HoldReason.OTHER, note="khác")),
    "release": lambda o: o.release(),
    "edit": lambda o: o.edit(
        contact=o.contact,
        wishes=replace(o.wishes, note=f"{o.wishes.note}!"),
        agreement=o.agreement,
        destination=o.destination,
    ),
    "cancel": lambda o: o.cancel(h.CancelReason.OTHER, None, by_lead=True),
    "delete": lambda o: o.delete("đơn thử"),
    "restore": lambda o: o.restore(None, blacklisted=False),
}


class AnOrdersLife(RuleBasedStateMachine):
    """The model: whether it was confirmed, cancelled, released or closed, as somebody outside would have noted it."""

    @initialize(marketplace=st.booleans(), price=st.integers(0, 500_000))
    def placed(self, marketplace: bool, price: int) -> None:
        self.order = Order.place(
            id=UUID(int=1),
            code="DH2511220001",
            origin=Origin(channel="x", source="x", call_required=not marketplace),
            contact=Contact(name="Lan", phone="+84901234567", address=Address(street="1", ward="2", province="3")),
            agreement=Agreement(
                lines=(Line(id=UUID(int=2), sku="AO-L", name="Áo", quantity=2, unit_price=price),), freight=30_000
            ),
            placed_at=NOW,
        )
        self.spoken = marketplace
        self.paid = 0
        self.heard: list[h.Happening] = []

    def attempt(self, command: str) -> bool:
        """Give a command; whether it was obeyed. What is said to be possible works, what is not is refused."""
        promised = command in self.order.possible
        repeat = (
            (command == "confirm" and self.order.sales is Sales.CONFIRMED)
            or (command == "cancel" and self.order.sales in (Sales.CANCELLING, Sales.CANCELLED))
            or (command == "delete" and self.order.sales is Sales.DELETED)
        )
        try:
            COMMANDS[command](self.order)
        except NotNow as refusal:
            assert not promised, f"{command} was promised in {self.order.status}"
            told = refusal.params["possible"]
            obeyed = False
        else:
            assert promised or repeat, f"{command} was not promised in {self.order.status}"
            told, obeyed = list(self.order.possible), not repeat
        assert told == list(self.order.possible)
        return obeyed

    def listen(self) -> None:
        self.heard += self.order.collect() + self.order.progress.collect()

    @rule(outcome=st.sampled_from(h.CallOutcome))
    def somebody_calls(self, outcome: h.CallOutcome) -> None:
        if self.order.sales in ENDED:
            return
        self.order.log_call(Call(at=NOW, by="user:sal", outcome=outcome))
        self.spoken = self.spoken or outcome is h.CallOutcome.ANSWERED

    @rule(command=st.sampled_from(["confirm", "hold", "release", "edit"]))
    def somebody_commands(self, command: str) -> None:
        spoken_before = self.spoken
        if self.attempt(command) and command == "confirm":
            assert spoken_before

    @rule()
    def the_lead_deletes(self) -> None:
        before, kept = self.order.sales, self.paid > 0
        if self.attempt("delete"):
            assert not kept
            assert (self.order.sales, self.order.progress.sales_before) == (Sales.DELETED, before)

    @precondition(lambda self: self.order.sales is Sales.DELETED)
    @rule()
    def the_lead_restores(self) -> None:
        before = self.order.progress.sales_before
        assert self.attempt("restore")
        assert self.order.sales is before

    @rule(by_lead=st.booleans())
    def somebody_cancels(self, by_lead: bool) -> None:
        confirmed = self.order.sales is Sales.CONFIRMED
        if not by_lead and self.order.progress.stock is Stock.PACKED and self.order.sales not in ENDED:
            try:
                self.order.cancel(h.CancelReason.OTHER, None, by_lead=False)
            except (CancelNeedsLead, NotNow):
                return
            assert self.order.sales is Sales.CANCELLING
        elif self.attempt("cancel"):
            assert self.order.sales is (Sales.CANCELLING if confirmed else Sales.CANCELLED)

    @rule(days=st.integers(0, 30), waited=st.booleans())
    def goods_are_held(self, days: int, waited: bool) -> None:
        since = NOW if waited else None
        was = self.order.sales
        self.order.progress.stock_reserved(NOW + timedelta(days=days), "KHO", since, PATIENCE)
        assert self.order.progress.held_back == (was is Sales.CONFIRMED and waited and days > 10)

    @rule()
    def goods_are_short(self) -> None:
        self.order.progress.stock_short((Missing(sku="AO-L", wanted=2, available=0),), NOW)

    @rule(stock=st.sampled_from([Stock.NONE, Stock.PICKING, Stock.PACKING, Stock.PACKED, Stock.ISSUED]))
    def the_warehouse_works(self, stock: Stock) -> None:
        self.order.progress.stock_moved(stock)

    @rule()
    def a_carrier_is_found(self) -> None:
        self.order.progress.shipment_created(GHN)

    @rule(delivery=st.sampled_from([each for each in Delivery if each not in OURS]))
    def the_parcel_moves(self, delivery: Delivery) -> None:
        self.order.progress.shipment_moved(delivery, GHN)

    @precondition(lambda self: self.order.sales is Sales.CANCELLING)
    @rule(yes=st.booleans())
    def shipping_answers(self, yes: bool) -> None:
        if yes:
            self.order.progress.shipment_cancelled()
            assert self.order.sales is Sales.CANCELLED
        else:
            self.order.progress.cancel_refused()
            assert self.order.sales is Sales.CONFIRMED

    @rule(amount=st.integers(1, 400_000))
    def money_comes_in(self, amount: int) -> None:
        self.paid += amount
        self.order.paid_so_far(self.paid)

    @rule()
    def the_books_are_done(self) -> None:
        self.order.progress.settled(NOW)

    @rule(days=st.integers(0, 10))
    def time_passes(self, days: int) -> None:
        before = self.order.sales
        self.order.progress.close(NOW + timedelta(days=days), WEEK)
        if before is Sales.CONFIRMED and self.order.progress.reconciled_at and days >= 7:
            assert self.order.sales is Sales.CLOSED
        else:
            assert self.order.sales is before

    @rule()
    def a_record_is_read_back(self) -> None:
        """What people are told is possible does not depend on when they ask."""
        copy = deepcopy(self.order)
        for command in copy.possible:
            COMMANDS[command](deepcopy(copy))
        assert copy.possible == self.order.possible

    @invariant()
    def everything_adds_up(self) -> None:
        if not hasattr(self, "order"):
            return
        self.listen()
        agreement = self.order.agreement
        assert agreement.total == sum(line.amount for line in agreement.lines) + agreement.freight
        assert self.order.cod == max(0, agreement.total - self.paid)
        assert self.order.progress.paid == self.paid
        assert replace(agreement).settled() == agreement
        assert self.order.status is not None

    @invariant()
    def what_was_said_agrees_with_what_is(self) -> None:
        if not hasattr(self, "order"):
            return
        kinds = [type(each) for each in self.heard]
        assert kinds.count(h.Placed) == 1
        assert kinds.count(h.Confirmed) <= 1
        own = self.order.progress.sales_before or self.order.sales
        assert kinds.count(h.Cancelled) == (own is Sales.CANCELLED)
        assert kinds.count(h.Deleted) - kinds.count(h.Restored) == (self.order.sales is Sales.DELETED)
        assert kinds.count(h.Closed) == (self.order.sales is Sales.CLOSED)
        assert (h.Confirmed in kinds) == (self.order.confirmed_at is not None)
        if self.order.sales in UNCONFIRMED:
            assert h.Released not in kinds
        if h.Cancelled in kinds:
            cancelled = next(each for each in self.heard if isinstance(each, h.Cancelled))
            assert cancelled.was_confirmed == (h.Confirmed in kinds)


AnOrdersLife.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_an_orders_life = AnOrdersLife.TestCase


class ALongOrdersLife(AnOrdersLife):
    """The same, longer and more often."""


ALongOrdersLife.TestCase.settings = settings(max_examples=400, stateful_step_count=50, deadline=None)
test_a_long_orders_life = pytest.mark.slow(ALongOrdersLife.TestCase)
