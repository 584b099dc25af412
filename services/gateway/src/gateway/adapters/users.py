"""Users and roles as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.adapters.tables import roles, users
from gateway.application.accounts import ADMINISTRATOR, Role, RoleEdit, User, all_roles
from gateway.application.errors import LoginTaken, RoleNotFound, UserNotFound

_ADMINISTRATION = 0x61646D69
"""Whoever takes rights of an administrator away holds this lock, so two cannot leave nobody between them."""
_CHANGEABLE = ("name", "password_hash", "roles", "stores", "active", "version")


class SqlUsers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, id: UUID) -> User:
        row = (await self._connection.execute(select(users).where(users.c.id == id).with_for_update())).first()
        if row is None:
            raise UserNotFound(id=str(id))
        return _user(row)

    async def by_login(self, login: str) -> User | None:
        found = await self._connection.execute(select(users).where(func.lower(users.c.login) == login.lower()))
        row = found.first()
        return _user(row) if row is not None else None

    async def add(self, user: User) -> None:
        values = {name: getattr(user, name) for name in User.__slots__ if name != "changed_at"}
        try:
            await self._connection.execute(insert(users).values(_lists(values)))
        except IntegrityError as error:
            raise LoginTaken(field="login", login=user.login) from error

    async def save(self, user: User) -> None:
        changed = {name: getattr(user, name) for name in _CHANGEABLE}
        statement = update(users).where(users.c.id == user.id)
        await self._connection.execute(statement.values(_lists(changed) | {"changed_at": func.clock_timestamp()}))

    async def new_hash(self, id: UUID, password_hash: str) -> None:
        await self._connection.execute(update(users).where(users.c.id == id).values(password_hash=password_hash))

    async def another_administrator(self, than: UUID) -> bool:
        await self._connection.execute(select(func.pg_advisory_xact_lock(_ADMINISTRATION)))
        others = select(users.c.id).where(users.c.active, users.c.roles.contains([ADMINISTRATOR]), users.c.id != than)
        return (await self._connection.execute(others.limit(1))).first() is not None

    async def page(self, limit: int, after: str | None, q: str | None) -> Sequence[User]:
        """By login; ``q`` is part of a login or name."""
        wanted = select(users).order_by(func.lower(users.c.login)).limit(limit)
        if after is not None:
            wanted = wanted.where(func.lower(users.c.login) > after)
        if q:
            wanted = wanted.where(
                users.c.login.icontains(q, autoescape=True) | users.c.name.icontains(q, autoescape=True)
            )
        return [_user(row) for row in await self._connection.execute(wanted)]

    async def one(self, id: UUID) -> User:
        """Without a lock, to be shown. Raises ``UserNotFound``."""
        row = (await self._connection.execute(select(users).where(users.c.id == id))).first()
        if row is None:
            raise UserNotFound(id=str(id))
        return _user(row)


class SqlRoles:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Mapping[str, Role]:
        rows = await self._connection.execute(select(roles).order_by(roles.c.name))
        return all_roles(edit_of(row) for row in rows)

    async def put(self, edit: RoleEdit) -> None:
        values = _lists({name: getattr(edit, name) for name in RoleEdit.__slots__})
        statement = upsert(roles).values(values | {"changed_at": func.clock_timestamp()})
        changes = {name: statement.excluded[name] for name in (*values, "changed_at") if name != "name"}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changes))

    async def remove(self, name: str) -> None:
        gone = await self._connection.execute(roles.delete().where(roles.c.name == name).returning(roles.c.name))
        if gone.first() is None:
            raise RoleNotFound(name=name)

    async def holders(self, name: str) -> int:
        holding = select(func.count()).select_from(users).where(users.c.roles.contains([name]))
        return int((await self._connection.execute(holding)).scalar_one())


def edit_of(row: Any) -> RoleEdit:
    return RoleEdit(
        name=row.name, title=row.title, added=tuple(row.added), removed=tuple(row.removed), version=row.version
    )


def _user(row: Any) -> User:
    return User(
        id=row.id,
        login=row.login,
        name=row.name,
        password_hash=row.password_hash,
        roles=tuple(row.roles),
        stores=tuple(row.stores),
        active=row.active,
        version=row.version,
        changed_at=row.changed_at,
    )


def _lists(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
