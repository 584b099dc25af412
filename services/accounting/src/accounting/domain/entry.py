"""Journal entries: every one sums to zero per currency before it is ever offered to the database.

An amount is in whole đồng and signed: a debit is positive, a credit negative. An entry is never changed or deleted;
what was wrong is reversed by another one that names it (ACC-16).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.domain import Invalid


class Unbalanced(Invalid):
    """Debit and credit of a voucher differ."""


class EmptyVoucher(Invalid):
    """A voucher needs at least one debit and one credit."""


class Series(StrEnum):
    """The numbered series of vouchers, by the usual Vietnamese abbreviations."""

    STOCK_IN = "NK"
    STOCK_OUT = "XK"
    SALE = "BH"
    RETURN = "TL"
    BANK_IN = "BC"
    CASH_IN = "PT"
    BANK_OUT = "BN"
    CASH_OUT = "PC"
    RECONCILIATION = "DS"
    GENERAL = "KT"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a voucher is for. A fact has one voucher: kind and id are unique in the journal."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A debit (positive) or credit (negative) on one account.

    ``partner`` is the sub-ledger (``carrier:ghn``), ``shipment_id`` the open item within it.
    """

    account: str
    amount: int
    currency: str = "VND"
    order_id: UUID | None = None
    partner: str | None = None
    shipment_id: UUID | None = None
    vat_rate_bp: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A voucher that is to be posted. Number, posting date and period are given when it is."""

    series: Series
    fact: Fact
    business_day: date
    memo: str
    lines: tuple[Line, ...]
    order_id: UUID | None = None
    reverses: UUID | None = None

    def __post_init__(self) -> None:
        if len(self.lines) < 2 or not all(line.amount for line in self.lines):
            raise EmptyVoucher(field="lines")
        for currency, difference in sums(self.lines).items():
            if difference:
                raise Unbalanced(field="lines", difference=abs(difference), currency=currency)

    @classmethod
    def of(
        cls,
        series: Series,
        fact: Fact,
        business_day: date,
        memo: str,
        lines: Iterable[Line],
        *,
        order_id: UUID | None = None,
    ) -> Entry | None:
        """The voucher of a fact; ``None`` where nothing of value happened (a free parcel, a move worth nothing)."""
        worth = tuple(line for line in lines if line.amount)
        if not worth:
            return None
        return cls(series=series, fact=fact, business_day=business_day, memo=memo, lines=worth, order_id=order_id)


def sums(lines: Iterable[Line]) -> Counter[str]:
    """Debits less credits, per currency."""
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.currency] += line.amount
    return totals


def reversal_of(entry_id: UUID, number: str, entry: Entry, day: date, reason: str) -> Entry:
    """The voucher that takes back a posted one: the same lines with the signs turned."""
    return Entry(
        series=Series.GENERAL,
        fact=Fact("reversal", str(entry_id)),
        business_day=day,
        memo=f"{number}: {reason}",
        lines=tuple(replace(line, amount=-line.amount) for line in entry.lines),
        order_id=entry.order_id,
        reverses=entry_id,
    )
