"""Who can come in: users with their roles, integrations with their keys. As the database says, without behaviour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.application.rights import TITLES, areas, defaults

ADMINISTRATOR = "ADMIN"
PLATFORM_AREAS = frozenset({"users", "keys", "dead-letters", "settings", "jobs", "audit"})
_PERMISSION = re.compile(r"[a-z][a-z-]{0,40}:[a-z][a-z-]{0,40}(:own)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the shop. ``stores`` confines the permissions that end in ``:own``."""

    id: UUID
    login: str
    name: str
    password_hash: str
    roles: tuple[str, ...]
    stores: tuple[str, ...]
    active: bool
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as it is: the built-in rights with what was added and removed, or one of the shop's own."""

    name: str
    title: str
    permissions: frozenset[str]
    built_in: bool
    edited: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEdit:
    """What the database keeps of a role: only how it differs from the built-in one."""

    name: str
    title: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An integration's key. The secret itself was shown once; ``hint`` is its beginning, to tell keys apart."""

    id: UUID
    name: str
    hint: str
    permissions: tuple[str, ...]
    stores: tuple[str, ...]
    calls_per_second: float | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def all_roles(edits: Iterable[RoleEdit]) -> dict[str, Role]:
    """Every role by name: the built-in ones as edited, then the shop's own."""
    built_in = defaults()
    roles = {
        name: Role(name=name, title=TITLES[name], permissions=rights, built_in=True, edited=False, version=0)
        for name, rights in built_in.items()
    }
    for edit in edits:
        rights = (built_in.get(edit.name, frozenset()) - frozenset(edit.removed)) | frozenset(edit.added)
        roles[edit.name] = Role(
            name=edit.name,
            title=edit.title,
            permissions=rights,
            built_in=edit.name in built_in,
            edited=True,
            version=edit.version,
        )
    return roles


def permissions_of_roles(names: Iterable[str], roles: Mapping[str, Role]) -> frozenset[str]:
    """What somebody with these roles may do. A right without ``:own`` makes the confined one needless."""
    held = frozenset[str]().union(*(roles[name].permissions for name in names if name in roles))
    return frozenset(each for each in held if not (each.endswith(":own") and each.removesuffix(":own") in held))


def is_permission(text: str, declared: Iterable[str] = ()) -> bool:
    """Whether this can be granted: an area DOMAIN or the platform knows, or exactly what a service declares."""
    if _PERMISSION.match(text) is None:
        return False
    return text.partition(":")[0] in PLATFORM_AREAS.union(areas()) or text.removesuffix(":own") in set(declared)


def is_platform(permission: str) -> bool:
    return permission.partition(":")[0] in PLATFORM_AREAS
