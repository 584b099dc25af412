"""A command sent twice under one Idempotency-Key has one effect, and both senders get the same answer.

Invariant: the key and the effect commit together or not at all. Nothing is looked up before the work: the answer is
stored at the end of the effect's transaction, and the key's uniqueness decides. Who comes second waits there for the
first, finds the key taken, is rolled back and gets the first answer. So a new key, the usual case, costs one
statement. Refusals are not stored: asked again, they are judged again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from chassis import driver, hooks
from chassis.domain import Reason
from chassis.refusals import InFlight, Malformed, Unprocessable
from chassis.security.principal import Principal

HEADER = "idempotency-key"
KEPT = timedelta(hours=72)
LONGEST = 255
METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_KEPT_HEADERS = ("content-type", "etag", "location", "content-language")

_REMEMBER = """
    INSERT INTO chassis.idempotency AS kept (subject, method, route, key, fingerprint, status, headers, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8)
    ON CONFLICT (subject, method, route, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers,
            body = excluded.body, created_at = excluded.created_at
        WHERE kept.created_at < now() - $9::interval
    RETURNING 1
"""
_RECALL = text("""
    SELECT fingerprint, status, headers, body FROM chassis.idempotency
    WHERE subject = :subject AND method = :method AND route = :route AND key = :key
      AND created_at >= now() - CAST(:kept AS interval)
""")


class KeyTaken(InFlight):
    """Another request has stored its answer under this key; what this one did must be rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One use of a key. The scope is who, method and route; the fingerprint is everything else that was asked."""

    subject: str
    method: str
    route: str
    key: str
    fingerprint: bytes

    def scope(self) -> dict[str, Any]:
        """What makes it the same command, as values of a statement."""
        scope = {"subject": self.subject, "method": self.method, "route": self.route, "key": self.key}
        return scope | {"kept": KEPT}


async def claim_of(request: Request, principal: Principal | None) -> Claim | None:
    """The key this request brings, if it is a command of somebody known. Raises ``Unprocessable`` for a bad key."""
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS or principal is None or principal.subject == "guest":
        return None
    if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise Unprocessable(reasons=(Reason("bad-idempotency-key", f"header:{HEADER}", {"longest": LONGEST}),), count=1)
    return Claim(principal.subject, request.method, request.scope["route"].path, key, await _fingerprint(request))


async def remember(connection: AsyncConnection, claim: Claim, response: Response) -> None:
    """Store the answer in the effect's transaction. Raises ``KeyTaken``, after waiting for whoever holds the key."""
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    stored = await driver.fetchval(
        connection,
        _REMEMBER,
        claim.subject,
        claim.method,
        claim.route,
        claim.key,
        claim.fingerprint,
        response.status_code,
        json.dumps(headers),
        bytes(response.body),
        KEPT,
    )
    if stored is None:
        raise KeyTaken
    hooks.reach("key-before-commit")


async def recall(connection: AsyncConnection, claim: Claim) -> Response | None:
    """The first answer, if there is one. Raises ``Unprocessable`` if the key was used for something else."""
    found = (await connection.execute(_RECALL, claim.scope())).first()
    if found is None:
        return None
    if found.fingerprint != claim.fingerprint:
        raise Unprocessable("idempotency-key-reused", key=claim.key)
    return Response(found.body, status_code=found.status, headers={**found.headers, "Idempotency-Replayed": "true"})


async def _key_required(request: Request) -> None:
    if HEADER not in request.headers:
        raise Malformed("idempotency-key-missing")


idempotent = Depends(_key_required)
"""``dependencies=[idempotent]``: the route insists on a key. Without it ``transaction`` honours one that is sent."""


async def _fingerprint(request: Request) -> bytes:
    """Of the address and the canonical body: neither the order of fields nor white space makes another request."""
    raw = await request.body()
    asked = hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode())
    parsed = getattr(request, "_json", None)
    asked.update(raw if parsed is None else json.dumps(parsed, sort_keys=True, separators=(",", ":")).encode())
    return asked.digest()
