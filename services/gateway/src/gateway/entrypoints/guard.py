"""Who calls: a session by its access token, or an integration by its key."""

from __future__ import annotations

import time
from collections.abc import Iterable

from chassis.refusals import Unauthenticated
from gateway.adapters.identities import Identities
from gateway.application.access_tokens import Claims, verify
from gateway.application.login import Login
from gateway.application.secret_texts import KEY_PREFIX, hashed
from gateway.application.signing_keys import SigningKeys

REMEMBERED = 20_000
LONGEST = 4096
"""Bytes of a token. Ours have fewer than 500."""


class Guard:
    """A token seen before costs two look-ups in memory; whether its session still holds is asked every time."""

    def __init__(self, keys: SigningKeys, identities: Identities) -> None:
        self._keys = keys
        self._identities = identities
        self._seen: dict[bytes, Claims] = {}
        self._generation = keys.generation

    async def login(self, headers: Iterable[tuple[bytes, bytes]]) -> Login:
        """Raises ``Unauthenticated`` with the code that says why."""
        credential = _credential(headers)
        if credential is None:
            raise Unauthenticated("token-missing")
        if credential.startswith(KEY_PREFIX.encode()):
            login = await self._identities.key(hashed(credential.decode("latin-1")))
            if login is None:
                raise Unauthenticated("key-invalid")
            return login
        claims = self._claims(credential)
        login = await self._identities.session(claims.session)
        if login is None:
            raise Unauthenticated("token-revoked")
        return login

    def _claims(self, token: bytes) -> Claims:
        if self._generation != self._keys.generation:
            self._generation = self._keys.generation
            self._seen.clear()
        known = self._seen.get(token)
        if known is not None:
            if known.expires > time.time():
                return known
            del self._seen[token]
            raise Unauthenticated("token-expired")
        claims = verify(self._keys, token.decode("latin-1"))
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen[token] = claims
        return claims


def _credential(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The bearer token or key. Two of them name nobody: who could say which is meant?"""
    found: list[bytes] = []
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.partition(b" ")
            if scheme.lower() == b"bearer" and token:
                found.append(token.strip())
        elif name == b"x-api-key":
            found.append(value.strip())
    if len(found) > 1 or any(not 0 < len(each) <= LONGEST for each in found):
        raise Unauthenticated("token-invalid")
    return found[0] if found else None
