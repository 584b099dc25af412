"""From a request to its principal: once per request, whoever asks first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends
from starlette.requests import Request

from chassis.refusals import NotAllowed, Unauthenticated
from chassis.security.principal import Principal
from chassis.security.tokens import TokenVerifier

Authenticate = Callable[[Request], Awaitable[Principal]]
"""Who sends this request? Raises ``Unauthenticated``. The gateway brings its own; services verify its tokens."""

_PRINCIPAL = "chassis.principal"

PUBLIC = "public"
SIGNED_IN = "signed-in"


def bearer(request: Request) -> str:
    """The token of the ``Authorization`` header. Raises ``Unauthenticated``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer":
        raise Unauthenticated("token-missing")
    return token.strip()


def by_token(verifier: TokenVerifier) -> Authenticate:
    async def verify(request: Request) -> Principal:
        return verifier.verify(bearer(request))

    return verify


async def authenticated(request: Request) -> Principal:
    """The principal of this request. Raises ``Unauthenticated``; on a public route nobody is a guest."""
    known: Principal | None = request.scope.get(_PRINCIPAL)
    if known is None:
        authenticate: Authenticate = request.app.state.authenticate
        known = request.scope[_PRINCIPAL] = await authenticate(request)
    return known


def known_principal(request: Request) -> Principal | None:
    """Whoever was authenticated in this request so far."""
    principal: Principal | None = request.scope.get(_PRINCIPAL)
    return principal


class Requirement:
    """What a route declares about who may call it; found in the route by the build check and the OpenAPI document."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Principal:
        if self.permission == PUBLIC:
            return request.scope.setdefault(_PRINCIPAL, _GUEST)  # type: ignore[no-any-return]
        principal = await authenticated(request)
        if self.permission != SIGNED_IN and not principal.may(self.permission):
            raise NotAllowed(permission=self.permission)
        return principal


def requires(permission: str) -> Any:
    """A dependency: 401 without a valid token, 403 without the permission (be it only for the own stores).

    Both ``dependencies=[requires("orders:write")]`` and ``Who = Annotated[Principal, requires("stock:read")]`` work.
    Whoever is let in by ``:own`` must be shown only ``principal.stores_for(permission)``.
    """
    return Depends(Requirement(permission))


def public() -> Any:
    """Declares that anybody may call the route (a login). The actor of its transaction is a guest."""
    return Depends(Requirement(PUBLIC))


def signed_in() -> Any:
    """Declares that whoever has a valid token may call the route (who am I)."""
    return Depends(Requirement(SIGNED_IN))


_GUEST = Principal(subject="guest")
