"""Somebody who is signed in right now, and the tokens minted in his name."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from joserfc.jwk import OKPKey

from chassis.security import Principal, mint
from chassis.security.tokens import LIFETIME

FRESH = 20
"""Seconds a token must still live when it is sent, so that it does not expire on its way."""


@dataclass(eq=False, kw_only=True)
class Login:
    """A session or key that holds. ``dead`` is set when it must be looked up again; nobody uses it from then on."""

    principal: Principal
    name: str
    """The login, or the key's name."""
    user: str
    """The id of the user, or of the key."""
    expires: float
    """Seconds since 1970."""
    calls_per_second: float | None = None
    dead: bool = False
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def holds(self) -> bool:
        return not self.dead and self.expires > time.time()

    def token_for(self, service: str, key: OKPKey) -> str:
        """A token for one service, signed with ``key``; the same one while it is fresh."""
        known = self._tokens.get(service)
        now = time.time()
        if known is not None and known[1] - now > FRESH:
            return known[0]
        token = mint(key, self.principal, service, now=now)
        self._tokens[service] = (token, int(now) + LIFETIME)
        return token
