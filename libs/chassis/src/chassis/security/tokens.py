"""Tokens the gateway mints for one service and the services verify: EdDSA over Ed25519, at most 60 seconds.

Only these are accepted. A user's session token, an API key, a token for another service, an unsigned or an expired
one are refused, each with a code that says so.
"""

from __future__ import annotations

import time
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.refusals import Unauthenticated
from chassis.security.keys import ALGORITHM, KeyRing
from chassis.security.principal import Principal

ISSUER = "gateway"
LIFETIME = 60
"""Seconds. Also the longest time a revoked session lives on in a service that hears nothing."""
LEEWAY = 5
"""Seconds by which two machines' clocks may differ."""
REMEMBERED = 4096


def mint(
    key: OKPKey, principal: Principal, audience: str, *, lifetime: int = LIFETIME, now: float | None = None
) -> str:
    """A token for exactly one service. ``now`` is for tests; tokens never use the business clock."""
    issued = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        "sub": principal.subject,
        "sid": principal.session,
        "name": principal.name,
        "kind": principal.kind,
        "roles": sorted(principal.roles),
        "permissions": sorted(principal.permissions),
        "stores": sorted(principal.stores),
        "iat": issued,
        "exp": issued + min(lifetime, LIFETIME),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Verifies for one audience. A token seen before costs a look-up: the gateway sends the same one many times."""

    def __init__(self, audience: str, keys: KeyRing) -> None:
        self._audience = audience
        self._keys = keys
        self._seen: dict[str, tuple[float, Principal]] = {}

    def verify(self, token: str) -> Principal:
        """The bearer. Raises ``Unauthenticated``: ``token-invalid``, ``-expired``, ``-revoked`` or ``-audience``."""
        seen = self._seen.get(token)
        expires, principal = seen if seen is not None else self._read(token)
        if expires <= time.time() - LEEWAY:
            self._seen.pop(token, None)
            raise Unauthenticated("token-expired")
        if principal.session and self._keys.is_revoked(principal.session):
            raise Unauthenticated("token-revoked")
        if seen is None:
            self._remember(token, expires, principal)
        return principal

    def _read(self, token: str) -> tuple[float, Principal]:
        try:
            header = jws.extract_compact(token.encode()).headers()
            key = self._keys.find(str(header.get("kid"))) if header.get("alg") == ALGORITHM else None
            if key is None:
                raise Unauthenticated("token-invalid")
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            issued, expires = float(claims["iat"]), float(claims["exp"])
            principal = Principal(
                subject=str(claims["sub"]),
                name=str(claims.get("name", "")),
                session=str(claims.get("sid", "")),
                kind="key" if claims.get("kind") == "key" else "user",
                roles=frozenset(claims["roles"]),
                permissions=frozenset(claims["permissions"]),
                stores=frozenset(claims["stores"]),
            )
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unauthenticated("token-invalid") from error
        if claims.get("iss") != ISSUER:
            raise Unauthenticated("token-invalid")
        if claims.get("aud") != self._audience:
            raise Unauthenticated("token-audience", audience=self._audience)
        if expires - issued > LIFETIME or issued > time.time() + LEEWAY:
            raise Unauthenticated("token-invalid")
        return expires, principal

    def _remember(self, token: str, expires: float, principal: Principal) -> None:
        if len(self._seen) >= REMEMBERED:
            now = time.time()
            self._seen = {text: entry for text, entry in self._seen.items() if entry[0] > now}
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
        self._seen[token] = (expires, principal)
