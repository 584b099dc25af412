"""What a signed-in person carries: a short-lived token that only says which session it is.

Rights are not in it. They are looked up in memory at every call, so that a right that is taken away is gone at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from joserfc import jws, jwt
from joserfc.errors import JoseError

from chassis.refusals import Unauthenticated
from gateway.application.signing_keys import SigningKeys

ISSUER = AUDIENCE = "gateway"
ALGORITHM = "Ed25519"


@dataclass(frozen=True, slots=True)
class Claims:
    """Whose session until when (seconds since 1970)."""

    session: str
    expires: float


def mint(keys: SigningKeys, session: str, subject: str, lifetime: float) -> str:
    """A token for the gateway itself; its audience makes it worthless at any service."""
    key = keys.current()
    issued = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "sid": session,
        "iat": issued,
        "exp": issued + int(lifetime),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, claims, key, algorithms=[ALGORITHM])


def verify(keys: SigningKeys, token: str) -> Claims:
    """Raises ``Unauthenticated`` with ``token-invalid``, ``-expired`` or ``-audience``."""
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = keys.find(str(header.get("kid"))) if header.get("alg") == ALGORITHM else None
        if key is None or header.get("typ") != "at+jwt":
            raise Unauthenticated("token-invalid")
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        found = Claims(str(claims["sid"]), float(claims["exp"]))
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise Unauthenticated("token-invalid") from error
    if claims.get("iss") != ISSUER:
        raise Unauthenticated("token-invalid")
    if claims.get("aud") != AUDIENCE:
        raise Unauthenticated("token-audience", audience=AUDIENCE)
    if found.expires <= time.time():
        raise Unauthenticated("token-expired")
    return found
