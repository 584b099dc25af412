"""Vouchers that a person writes (ACC-16). What a fact has booked follows the fact and is never reversed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.domain.chart import Chart
from accounting.domain.entry import Entry, Fact, Line, Series
from chassis.domain import Conflict, Invalid, NotFound, Reason

MANUAL = "manual"


class VoucherNotFound(NotFound):
    """There is no such voucher."""


class AccountNotUsable(Invalid):
    """The account does not exist, is not active, or is explained item by item by facts alone."""


class AlreadyReversed(Conflict):
    """A voucher is reversed once; what was wrong about that is a voucher of its own."""


class NotByHand(Conflict):
    """The voucher follows a fact of the business; correct the fact, and its own voucher will say so."""


@dataclass(frozen=True, slots=True)
class Written:
    """One line as it was typed: exactly one of debit and credit is above zero."""

    account: str
    debit: int
    credit: int
    order_id: UUID | None = None
    note: str | None = None


def manual_entry(
    id: UUID, day: date, memo: str, currency: str, written: Sequence[Written], chart: Chart, usable: set[str]
) -> Entry:
    """The entry of a voucher somebody wrote. Raises ``AccountNotUsable`` naming every wrong line, ``Unbalanced``."""
    wrong = [
        Reason(AccountNotUsable.code, f"lines/{place}/account", {"account": line.account})
        for place, line in enumerate(written)
        if line.account not in usable or line.account in chart.control
    ]
    if wrong:
        raise AccountNotUsable(wrong, account=wrong[0].params["account"])
    lines = tuple(
        Line(
            account=line.account,
            amount=line.debit - line.credit,
            currency=currency,
            order_id=line.order_id,
            note=line.note,
        )
        for line in written
    )
    return Entry(series=Series.GENERAL, fact=Fact(MANUAL, str(id)), business_day=day, memo=memo, lines=lines)


def must_be_manual(entry: Entry) -> None:
    """Only what a hand wrote may a hand reverse."""
    if entry.fact.kind != MANUAL:
        raise NotByHand(state=entry.fact.kind, possible=[])
