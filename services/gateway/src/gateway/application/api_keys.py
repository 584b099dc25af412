"""Keys for integrations: named, confined to permissions and stores, shown once, revocable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from chassis.security import Principal
from contracts.gateway.v1 import IdentityChanged
from gateway.application.accounts import ApiKey, is_permission, is_platform
from gateway.application.errors import NotYours, UnknownPermissions
from gateway.application.ports import Work
from gateway.application.secret_texts import HINT, hashed, new_key_text


async def create_key(
    uow: Work,
    by: Principal,
    *,
    name: str,
    permissions: Collection[str],
    stores: Sequence[str],
    expires_at: datetime | None,
    calls_per_second: float | None,
    declared: Iterable[str],
) -> tuple[ApiKey, str]:
    """The key and its secret, which nobody can be told again.

    Raises ``UnknownPermissions``; ``NotYours`` for a platform permission that ``by`` does not hold.
    """
    known = tuple(declared)
    if unknown := sorted(each for each in set(permissions) if not is_permission(each, known)):
        raise UnknownPermissions(field="permissions", unknown=unknown)
    if foreign := sorted(each for each in permissions if is_platform(each) and not by.may(each)):
        raise NotYours(permissions=foreign)
    secret = new_key_text()
    key = ApiKey(
        id=uow.new_id(),
        name=name,
        hint=secret[:HINT],
        permissions=tuple(sorted(set(permissions))),
        stores=tuple(sorted(set(stores))),
        calls_per_second=calls_per_second,
        created_by=by.subject,
        created_at=uow.now,
        expires_at=expires_at,
        revoked_at=None,
    )
    await uow.api_keys.add(key, hashed(secret))
    after = {"name": name, "permissions": list(key.permissions), "stores": list(key.stores)}
    uow.audit("key.create", "key", key.id, after=after)
    return key, secret


async def revoke_key(id: UUID, uow: Work) -> None:
    """The key holds no longer, here at once and past us as soon as services hear of it. Raises ``KeyNotFound``."""
    key, until = await uow.api_keys.revoke(id)
    uow.publish(IdentityChanged(identity=f"session:{id}", revoked_session=str(id), until=until))
    await uow.identity_log.note("key", [id])
    uow.audit("key.revoke", "key", id, before={"name": key.name, "permissions": list(key.permissions)})
