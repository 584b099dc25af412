"""What the gateway says about itself on ``gateway.identity.v1``, so that services can verify without asking it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import text

from chassis import Runtime
from chassis.failures import is_transient
from contracts import Actor
from contracts.gateway.v1 import IdentityChanged
from gateway.application.signing_keys import NoSigningKey, SigningKeys, digest

log = structlog.get_logger("gateway.keys")

LOOK_EVERY = 5.0

_TAKE = text("""
    UPDATE announced_keys SET digest = :digest, key_set = CAST(:key_set AS jsonb) WHERE digest <> :digest RETURNING 1
""")
_KEYS = text("SELECT key_set FROM announced_keys FOR SHARE")
_ENDED = text("""
    SELECT 'session:' || id AS identity, id::text AS id, announced_until FROM (
        SELECT id, announced_until FROM sessions WHERE announced_until > clock_timestamp()
        UNION ALL SELECT id, announced_until FROM api_keys WHERE announced_until > clock_timestamp()) AS ended
    WHERE 'session:' || id > :after ORDER BY 1 LIMIT :limit
""")


async def keep_announced(runtime: Runtime, keys: SigningKeys) -> None:
    """Say the public key set whenever it has changed, until cancelled. Of several gateways one says it."""
    while True:
        try:
            key_set = keys.public()
            async with runtime.transaction(Actor.system("gateway.keys"), origin="signing keys") as uow:
                taken = await uow.connection.execute(_TAKE, {"digest": digest(key_set), "key_set": json.dumps(key_set)})
                if taken.first() is not None:
                    uow.publish(IdentityChanged(identity="keys", key_set=key_set))
                    log.info("public keys announced", kids=[key.get("kid") for key in key_set["keys"]])
        except NoSigningKey as error:
            log.error("no keys to announce", error=str(error))
        except Exception as error:
            if not is_transient(error):
                raise
        await asyncio.sleep(LOOK_EVERY)


async def states(uow: Any, after: str | None, limit: int) -> Sequence[IdentityChanged]:
    """What the topic should hold, by key: the key set and the ended sessions that are still told of."""
    said: list[IdentityChanged] = []
    if after is None:
        key_set = (await uow.connection.execute(_KEYS)).scalar_one_or_none()
        if key_set is not None:
            said.append(IdentityChanged(identity="keys", key_set=key_set))
    rows = await uow.connection.execute(_ENDED, {"after": after or "", "limit": limit - len(said)})
    return said + [
        IdentityChanged(identity=row.identity, revoked_session=row.id, until=row.announced_until) for row in rows
    ]
