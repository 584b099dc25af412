"""Vouchers by hand: numbered like all others, reversed and never deleted (ACC-16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.application.ports import Posted, Work
from accounting.domain.entry import reversal_of
from accounting.domain.voucher import AlreadyReversed, Written, manual_entry, must_be_manual


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteVoucher:
    day: date | None
    memo: str
    currency: str
    lines: Sequence[Written]


async def write_voucher(command: WriteVoucher, uow: Work) -> Posted:
    """Balanced, on accounts that exist and are not explained by facts alone."""
    usable = await uow.journal.accounts({line.account for line in command.lines})
    chart = await uow.journal.chart()
    day = command.day or uow.today
    entry = manual_entry(uow.new_id(), day, command.memo, command.currency, command.lines, chart, usable)
    (posted,) = await uow.journal.post([entry])
    uow.audit("write", "voucher", posted.id, after={"number": posted.number, "memo": command.memo})
    return posted


async def reverse_voucher(id: UUID, day: date | None, reason: str, uow: Work) -> Posted:
    """The opposite voucher, naming the first. ``AlreadyReversed`` the second time."""
    voucher = await uow.journal.voucher(id)
    must_be_manual(voucher.entry)
    reversal = reversal_of(voucher.id, voucher.number, voucher.entry, day or uow.today, reason)
    posted = await uow.journal.post([reversal])
    if not posted:
        raise AlreadyReversed(number=voucher.number)
    uow.audit("reverse", "voucher", id, after={"number": posted[0].number}, reason=reason)
    return posted[0]
