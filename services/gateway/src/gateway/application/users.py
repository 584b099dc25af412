"""People of the shop and what they may do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.refusals import refuse_stale
from gateway.application.accounts import ADMINISTRATOR, User
from gateway.application.errors import LastAdministrator, UnknownRoles
from gateway.application.ports import Work
from gateway.application.sessions import end_sessions


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different about a user; ``None`` leaves it as it is."""

    name: str | None = None
    password_hash: str | None = None
    roles: tuple[str, ...] | None = None
    stores: tuple[str, ...] | None = None
    active: bool | None = None


async def create_user(
    uow: Work, *, login: str, name: str, password_hash: str, roles: Sequence[str], stores: Sequence[str]
) -> User:
    """Make a user who can sign in at once. Raises ``LoginTaken`` and ``UnknownRoles``."""
    await _check_roles(roles, uow)
    user = User(
        id=uow.new_id(),
        login=login,
        name=name,
        password_hash=password_hash,
        roles=tuple(sorted(set(roles))),
        stores=tuple(sorted(set(stores))),
        active=True,
        version=1,
        changed_at=uow.now,
    )
    await uow.users.add(user)
    uow.audit("user.create", "user", user.id, after=shown(user))
    return user


async def change_user(id: UUID, change: Change, expected: int | None, uow: Work) -> User:
    """Change a user. Rights follow at once; who is shut out or has a new password is signed out everywhere.

    Raises ``LastAdministrator``, and ``StaleVersion`` if the user is not what he was at version ``expected``.
    """
    before = await uow.users.get(id)
    refuse_stale(expected, before.version)
    await _check_roles(change.roles or (), uow)
    given = {name: value for name in change.__slots__ if (value := getattr(change, name)) is not None}
    for listed in ("roles", "stores"):
        if listed in given:
            given[listed] = tuple(sorted(set(given[listed])))
    after = dataclasses.replace(before, **given, version=before.version + 1, changed_at=uow.now)
    if _administers(before) and not _administers(after) and not await uow.users.another_administrator(id):
        raise LastAdministrator
    await uow.users.save(after)
    await uow.identity_log.note("user", [id])
    if not after.active or change.password_hash is not None:
        await end_sessions(await uow.sessions.open_of(id), uow, because="user changed")
    uow.audit("user.change", "user", id, before=shown(before), after=shown(after) | _secretly(change))
    return after


async def sign_out_everywhere(id: UUID, uow: Work) -> int:
    """End all sessions of a user; how many there were."""
    user = await uow.users.get(id)
    open_ones = await uow.sessions.open_of(user.id)
    await end_sessions(open_ones, uow, because="ended by an administrator")
    uow.audit("user.sign-out", "user", id, after={"sessions": len(open_ones)})
    return len(open_ones)


def shown(user: User) -> dict[str, Any]:
    """A user as the audit trail shows it: never with anything of the password."""
    return {
        "login": user.login,
        "name": user.name,
        "roles": list(user.roles),
        "stores": list(user.stores),
        "active": user.active,
    }


def _secretly(change: Change) -> dict[str, Any]:
    return {"password": "changed"} if change.password_hash is not None else {}


def _administers(user: User) -> bool:
    return user.active and ADMINISTRATOR in user.roles


async def _check_roles(names: Sequence[str], uow: Work) -> None:
    known = await uow.roles.all() if names else {}
    if unknown := sorted(set(names) - set(known)):
        raise UnknownRoles(field="roles", unknown=unknown, known=sorted(known))
