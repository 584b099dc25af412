"""The chart of accounts is data: accounts are added, renamed, taken out of use; parts are given to others (ACC-16)."""

from __future__ import annotations

from dataclasses import dataclass

from accounting.application.ports import Work
from accounting.domain.chart import AccountExists, AccountInUse, AccountNotFound, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAccount:
    code: str
    name: str | None
    name_en: str | None
    active: bool | None


async def add_account(code: str, name: str, name_en: str, kind: str, uow: Work) -> None:
    """``AccountExists`` if the code is taken."""
    if not await uow.journal.add_account(code, name, name_en, kind):
        raise AccountExists(account=code)
    uow.audit("add", "account", code, after={"name": name, "kind": kind})


async def edit_account(command: EditAccount, uow: Work) -> None:
    """``AccountInUse`` for one that plays a part and would go out of use."""
    chart = await uow.journal.chart()
    if command.active is False and command.code in chart.accounts.values():
        raise AccountInUse(account=command.code, state="in use", possible=["give its part to another account"])
    if not await uow.journal.edit_account(command.code, command.name, command.name_en, command.active):
        raise AccountNotFound(account=command.code)
    uow.audit("edit", "account", command.code, after={"name": command.name, "active": command.active})


async def assign_role(role: Role, account: str, reason: str, uow: Work) -> None:
    """From now on ``account`` plays ``role``."""
    if account not in await uow.journal.accounts({account}):
        raise AccountNotFound(account=account)
    before = (await uow.journal.chart()).accounts.get(role)
    await uow.journal.assign_role(role, account)
    uow.audit(
        "assign", "account-role", role.value, before={"account": before}, after={"account": account}, reason=reason
    )
