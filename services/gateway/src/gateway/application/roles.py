"""Roles can be edited. Only what differs from the built-in rights is kept, so new areas reach edited roles too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chassis.refusals import refuse_stale
from gateway.application.accounts import Role, RoleEdit, is_permission
from gateway.application.errors import RoleBuiltIn, RoleInUse, RoleNotFound, UnknownPermissions
from gateway.application.ports import Work
from gateway.application.rights import TITLES, defaults


async def put_role(
    name: str, title: str | None, permissions: Sequence[str], declared: Iterable[str], expected: int | None, uow: Work
) -> Role:
    """Give a role exactly these permissions; a name nobody knows makes a new role.

    ``declared`` are the permissions that services ask for. Raises ``UnknownPermissions``, ``StaleVersion``.
    """
    known = tuple(declared)
    if unknown := sorted(each for each in set(permissions) if not is_permission(each, known)):
        raise UnknownPermissions(field="permissions", unknown=unknown)
    before = (await uow.roles.all()).get(name)
    version = before.version if before else 0
    refuse_stale(expected, version)
    built_in = defaults().get(name, frozenset())
    wanted = frozenset(permissions)
    edit = RoleEdit(
        name=name,
        title=title or (before.title if before else TITLES.get(name, name)),
        added=tuple(sorted(wanted - built_in)),
        removed=tuple(sorted(built_in - wanted)),
        version=version + 1,
    )
    await uow.roles.put(edit)
    await uow.identity_log.note("role", [name])
    after = (await uow.roles.all())[name]
    uow.audit(
        "role.change",
        "role",
        name,
        before={"permissions": sorted(before.permissions)} if before else None,
        after={"permissions": sorted(after.permissions), "title": after.title},
    )
    return after


async def remove_role(name: str, uow: Work) -> None:
    """Forget a role of the shop's own, or the edits of a built-in one. Raises ``RoleNotFound``, ``RoleInUse``."""
    role = (await uow.roles.all()).get(name)
    if role is None:
        raise RoleNotFound(name=name)
    if role.built_in and not role.edited:
        raise RoleBuiltIn(name=name)
    if not role.built_in and (holders := await uow.roles.holders(name)):
        raise RoleInUse(name=name, users=holders)
    await uow.roles.remove(name)
    await uow.identity_log.note("role", [name])
    uow.audit("role.remove", "role", name, before={"permissions": sorted(role.permissions)})
