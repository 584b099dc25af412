"""The books: journal, vouchers, trial balance, chart of accounts, periods."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from accounting.adapters import journal_queries
from accounting.adapters.journal_queries import JournalFilter
from accounting.adapters.unit_of_work import AccountingUnitOfWork
from accounting.application.change_chart import EditAccount, add_account, assign_role, edit_account
from accounting.application.keep_periods import close_period, reopen_period
from accounting.application.write_voucher import WriteVoucher, reverse_voucher, write_voucher
from accounting.domain.business_day import first_day, following, period_of
from accounting.domain.chart import Role
from accounting.domain.period import checked
from accounting.domain.voucher import Written
from accounting.entrypoints.http.units import Read, Uow
from accounting.entrypoints.schemas import AccountBody, AccountEditBody, ReasonBody, ReverseBody, RoleBody, VoucherBody
from accounting.entrypoints.views import (
    AccountView,
    JournalEntryView,
    PeriodView,
    TrialBalanceView,
    VoucherView,
)
from chassis.http import Listed, Page, Paged
from chassis.security import requires

router = APIRouter(tags=["books"])
reads, writes = requires("vouchers:read"), requires("vouchers:write")
FIRST_LINES = Page(limit=200)


@router.get("/accounting/trial-balance", dependencies=[reads])
async def trial_balance(
    uow: Read,
    period: Annotated[str | None, Query(description="a month: 2025-11", max_length=7)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> TrialBalanceView:
    """Of a month, or of days by posting date (both included); of this month if neither is named."""
    month = checked(period) if period else period_of(uow.today)
    start = first or first_day(month)
    end = last or (first_day(following(month)) - timedelta(days=1) if period or not first else uow.today)
    rows, totals = await journal_queries.trial_balance(uow.connection, start, end)
    return TrialBalanceView.model_validate({"first_day": start, "last_day": end, "rows": rows, "totals": totals})


@router.get("/accounting/journal", dependencies=[reads])
async def journal(
    page: Paged,
    uow: Read,
    order_id: UUID | None = None,
    account: Annotated[str | None, Query(max_length=8)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Listed[JournalEntryView]:
    """Oldest first, by posting date. With an order or account, only the lines that concern them are shown; ``debit``
    and ``credit`` are always those of the whole voucher."""
    asked = JournalFilter(order_id=order_id, account=account, first=first, last=last)
    after = page.begins_after(date, str)
    rows = await journal_queries.entries(uow.connection, asked, limit=page.one_more, after=after)
    return page.of(rows, key=lambda row: (row["posting_day"], row["number"]), view=JournalEntryView.model_validate)


@router.get("/accounting/vouchers/{id}", dependencies=[reads])
async def get_voucher(id: UUID, page: Paged, uow: Read) -> VoucherView:
    """One voucher; its lines page by page."""
    return await _voucher(uow, id, page)


@router.post("/accounting/vouchers", status_code=201, dependencies=[writes])
async def write(body: VoucherBody, uow: Uow) -> VoucherView:
    """A voucher by hand. Receivables of customers and carriers and the stock follow facts alone."""
    lines = [Written(**dict(line)) for line in body.lines]
    command = WriteVoucher(day=body.day, memo=body.memo, currency=body.currency, lines=lines)
    return await _voucher(uow, (await write_voucher(command, uow)).id)


@router.post("/accounting/vouchers/{id}/reverse", status_code=201, dependencies=[writes])
async def reverse(id: UUID, body: ReverseBody, uow: Uow) -> VoucherView:
    """The opposite voucher. Nothing is ever deleted."""
    return await _voucher(uow, (await reverse_voucher(id, body.day, body.reason, uow)).id)


@router.get("/accounting/accounts", dependencies=[reads])
async def list_accounts(uow: Read) -> list[AccountView]:
    """The chart of accounts, with the parts that accounts play in automatic postings."""
    return [AccountView.model_validate(row) for row in await journal_queries.accounts(uow.connection)]


@router.post("/accounting/accounts", status_code=201, dependencies=[writes])
async def create_account(body: AccountBody, uow: Uow) -> AccountView:
    """A new account."""
    await add_account(body.code, body.name, body.name_en, body.kind, uow)
    return await _account(uow, body.code)


@router.patch("/accounting/accounts/{code}", dependencies=[writes])
async def change_account(code: str, body: AccountEditBody, uow: Uow) -> AccountView:
    """Rename it, or take it out of use."""
    await edit_account(EditAccount(code=code, **dict(body)), uow)
    return await _account(uow, code)


@router.put("/accounting/account-roles/{role}", dependencies=[writes])
async def change_role(role: Role, body: RoleBody, uow: Uow) -> AccountView:
    """Which account plays a part from now on; what is posted stays where it is."""
    await assign_role(role, body.account, body.reason, uow)
    return await _account(uow, body.account)


@router.get("/accounting/periods", dependencies=[reads])
async def list_periods(uow: Read) -> list[PeriodView]:
    """Months that have entries or were closed."""
    return [PeriodView.model_validate(row) for row in await journal_queries.periods(uow.connection)]


@router.post("/accounting/periods/{period}/close", dependencies=[writes])
async def close(period: str, body: ReasonBody, uow: Uow) -> list[PeriodView]:
    """From here on it takes no entry. Months close one after the other."""
    await close_period(period, body.reason, uow)
    return [PeriodView.model_validate(row) for row in await journal_queries.periods(uow.connection)]


@router.post("/accounting/periods/{period}/open", dependencies=[writes])
async def reopen(period: str, body: ReasonBody, uow: Uow) -> list[PeriodView]:
    """Open the last closed month again."""
    await reopen_period(period, body.reason, uow)
    return [PeriodView.model_validate(row) for row in await journal_queries.periods(uow.connection)]


async def _voucher(uow: AccountingUnitOfWork, id: UUID, page: Page = FIRST_LINES) -> VoucherView:
    found = await journal_queries.voucher(
        uow.connection, id, limit=page.one_more, after_line=page.begins_after(int) or 0
    )
    lines = page.of(found["lines"], key=lambda line: (line["line_no"],))
    return VoucherView.model_validate({**found, "lines": lines["items"], "next": lines["next"]})


async def _account(uow: AccountingUnitOfWork, code: str) -> AccountView:
    rows = await journal_queries.accounts(uow.connection)
    return AccountView.model_validate(next(row for row in rows if row["code"] == code))
