"""Signing in and out. Failed logins are counted before the password is looked at, so no burst slips past the count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, cast
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends
from pydantic import AliasChoices, BaseModel, Field, ValidationError
from starlette.requests import Request

from chassis.domain import Reason
from chassis.http.answers import references
from chassis.limits import StrictCount
from chassis.refusals import Malformed, Unauthenticated, Unprocessable
from chassis.security import public, signed_in
from chassis.storable import parsed
from contracts import Actor, ActorKind
from gateway.adapters.sessions import noted_here
from gateway.adapters.unit_of_work import GatewayUnitOfWork
from gateway.application import sessions
from gateway.application.access_tokens import mint
from gateway.application.accounts import User
from gateway.application.login import Login
from gateway.application.sessions import Opened
from gateway.application.thresholds import FAR, login_attempts, login_window
from gateway.entrypoints.edge import Edge, edge_of, login_of

log = structlog.get_logger("gateway.auth")
router = APIRouter(prefix="/api/auth", tags=["sign in"])


class Credentials(BaseModel):
    """Who wants in."""

    user: str = Field(min_length=1, max_length=64, examples=["lan"], validation_alias=AliasChoices("user", "username"))
    password: str = Field(min_length=1, max_length=200)


class RefreshBody(BaseModel):
    refresh_token: str = Field(min_length=1, max_length=200)


class TokenView(BaseModel):
    """Send ``access_token`` as a bearer token; before ``expires_in`` seconds are over, get the next pair."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a kind, no secret
    expires_in: int
    refresh_token: str = Field(description="Holds once. A used one that comes again ends the session.")
    session: str


_NOT_YOU: dict[int | str, dict[str, Any]] = {401: references([401])["401"]}
"""Whoever brings nothing is not refused for that here, but for what he brings."""
_BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Credentials.model_json_schema()},
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["password", "refresh_token"]},
                        "username": {"type": "string"},
                        "password": {"type": "string"},
                        "refresh_token": {"type": "string"},
                    },
                }
            },
        },
    }
}


async def guest(request: Request) -> Edge:
    """The edge, for somebody who is not signed in and may call only so often."""
    edge = edge_of(request)
    await edge.limits.spend_guest(edge.address(request.scope))
    return edge


Guest = Annotated[Edge, Depends(guest)]


@router.post("/token", dependencies=[public()], openapi_extra=_BODIES, responses=_NOT_YOU)
async def token(request: Request, edge: Guest) -> TokenView:
    """Sign in with user and password, as JSON or as an OAuth 2 form."""
    given = await _given(request)
    if given.get("grant_type") == "refresh_token":
        return await _refreshed(edge, request, str(given.get("refresh_token", "")))
    credentials = _checked(given)
    counts = _counts(edge, credentials.user.lower(), edge.address(request.scope))
    for count, who in counts:
        await count.attempt(who)
    user = await _user(edge, credentials)
    for count, who in counts[:2]:
        await count.forgive(who)
    async with _transaction(edge, request, Actor(kind=ActorKind.USER, id=str(user.id), name=user.name)) as uow:
        opened = await sessions.open_session(
            user,
            uow,
            hours=edge.settings.session_hours,
            origin=edge.address(request.scope),
            agent=request.headers.get("user-agent", ""),
        )
        if edge.passwords.is_outdated(user.password_hash):
            await uow.users.new_hash(user.id, await edge.passwords.hash(credentials.password))
    return _view(edge, opened)


@router.post("/refresh", dependencies=[public()], responses=_NOT_YOU)
async def refresh(body: RefreshBody, request: Request, edge: Guest) -> TokenView:
    """Continue a session. The refresh token holds once; whoever brings it a second time ends the session."""
    return await _refreshed(edge, request, body.refresh_token)


@router.post("/logout", status_code=204, dependencies=[signed_in()])
async def logout(request: Request, login: Annotated[Login, Depends(login_of)]) -> None:
    """End this session; its tokens hold no longer. A key signs nobody in, so there is nothing to end."""
    if login.principal.kind == "user":
        async with _transaction(edge_of(request), request, login.principal.actor) as uow:
            await sessions.sign_out(UUID(login.principal.session), uow)


async def _refreshed(edge: Edge, request: Request, refresh_token: str) -> TokenView:
    async with _transaction(edge, request, Actor.system("gateway.sessions")) as uow:
        opened = await sessions.refresh_session(refresh_token, uow, hours=edge.settings.session_hours)
    if opened is None:
        log.warning("refresh token refused", address=edge.address(request.scope))
        raise Unauthenticated("refresh-invalid")
    return _view(edge, opened)


async def _user(edge: Edge, credentials: Credentials) -> User:
    """Whose password it is. Raises ``Unauthenticated`` without telling which of the two was wrong."""
    async with edge.runtime.reading(Actor.system("gateway.auth")) as uow:
        found = await cast("GatewayUnitOfWork", uow).users.by_login(credentials.user)
    right = await edge.passwords.verify(found.password_hash if found else None, credentials.password)
    if found is None or not right or not found.active:
        log.warning("login failed", login=credentials.user[:64])
        raise Unauthenticated("wrong-credentials")
    return found


def _counts(edge: Edge, login: str, address: str) -> list[tuple[StrictCount, str]]:
    """One user from one address; one user from anywhere; one address with any user. The first two are forgiven."""
    settings = edge.runtime.live_settings
    most = settings.value(login_attempts)
    within = timedelta(minutes=settings.value(login_window))

    def counted(what: str, times: int) -> StrictCount:
        return StrictCount(edge.runtime.engine, what, most=most * times, within=within, code="too-many-logins")

    return [
        (counted("login", 1), f"{login} {address}"),
        (counted("login of user", FAR), login),
        (counted("login from address", FAR), address),
    ]


def _transaction(edge: Edge, request: Request, actor: Actor) -> Any:
    """A transaction that no Idempotency-Key remembers: what it answers is secret."""
    noted_here.set(None)
    return edge.runtime.transaction(actor, origin=edge.address(request.scope))


def _view(edge: Edge, opened: Opened) -> TokenView:
    lifetime = edge.settings.access_minutes * 60
    return TokenView(
        access_token=mint(edge.keys, str(opened.session), str(opened.user), lifetime),
        expires_in=lifetime,
        refresh_token=opened.refresh_token,
        session=str(opened.session),
    )


async def _given(request: Request) -> Mapping[str, Any]:
    raw = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        try:
            fields = parse_qs(raw.decode(), max_num_fields=20)
        except ValueError as error:
            raise Malformed(position=0) from error
        return {name: values[0] for name, values in fields.items()}
    try:
        value = parsed(raw)
    except ValueError as error:
        raise Malformed(position=getattr(error, "pos", 0)) from error
    return value if isinstance(value, dict) else {}


def _checked(given: Mapping[str, Any]) -> Credentials:
    try:
        return Credentials.model_validate(given)
    except ValidationError as error:
        reasons = tuple(
            Reason(str(each["type"]).replace("_", "-"), "/".join(map(str, each["loc"])), each.get("ctx") or {})
            for each in error.errors(include_url=False, include_input=False)
        )
        raise Unprocessable(reasons=reasons, count=len(reasons)) from None
