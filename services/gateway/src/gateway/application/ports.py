"""What the use cases need of the database; all of it takes part in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import chassis
from gateway.application.accounts import ApiKey, Role, RoleEdit, User


class Users(Protocol):
    async def get(self, id: UUID) -> User:
        """Locks the row. Raises ``UserNotFound``."""
        ...

    async def by_login(self, login: str) -> User | None: ...

    async def add(self, user: User) -> None:
        """Raises ``LoginTaken``."""
        ...

    async def save(self, user: User) -> None: ...

    async def new_hash(self, id: UUID, password_hash: str) -> None: ...

    async def another_administrator(self, than: UUID) -> bool:
        """Whether an active administrator is left without this user; holds that true until commit."""
        ...


class Roles(Protocol):
    async def all(self) -> Mapping[str, Role]: ...

    async def put(self, edit: RoleEdit) -> None: ...

    async def remove(self, name: str) -> None: ...

    async def holders(self, name: str) -> int: ...


_NONE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class UseOfRefresh:
    """What became of a refresh token that somebody brought."""

    state: Literal["fresh", "replayed", "ended", "unknown"]
    session: UUID = _NONE
    user: UUID = _NONE


class Sessions(Protocol):
    async def open(self, id: UUID, user: UUID, refresh: bytes, *, hours: float, origin: str, agent: str) -> None: ...

    async def use_refresh(self, hash: bytes) -> UseOfRefresh: ...

    async def renew(self, id: UUID, refresh: bytes, *, hours: float) -> None: ...

    async def end(self, ids: Sequence[UUID], because: str) -> Mapping[UUID, datetime]:
        """Ends what is open of these; until when each one's last service token may live."""
        ...

    async def open_of(self, user: UUID) -> Sequence[UUID]: ...


class ApiKeys(Protocol):
    async def add(self, key: ApiKey, hash: bytes) -> None: ...

    async def revoke(self, id: UUID) -> tuple[ApiKey, datetime]:
        """The key as it was, and until when its last service token may live. Raises ``KeyNotFound``."""
        ...


class IdentityLog(Protocol):
    async def note(self, kind: str, subjects: Iterable[object]) -> None:
        """Make every gateway process look these up again."""
        ...


class Work(chassis.Work, Protocol):
    """A unit of work as the use cases see it."""

    @property
    def users(self) -> Users: ...
    @property
    def roles(self) -> Roles: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def identity_log(self) -> IdentityLog: ...
