"""Who am I; and for administrators: who is there."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from chassis.http import Listed, Paged, SeenVersion, etag
from chassis.security import requires, signed_in
from gateway.application import users
from gateway.application.accounts import User
from gateway.application.errors import CurrentPasswordWrong
from gateway.application.login import Login
from gateway.application.passwords import LONGEST, SHORTEST, check_strength
from gateway.entrypoints.edge import edge_of, login_of
from gateway.entrypoints.units import Read, Uow

router = APIRouter(tags=["users"])

Me = Annotated[Login, Depends(login_of)]

LoginName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Password = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Codes = Annotated[list[Code], Field(max_length=100)]


class MeView(BaseModel):
    """Who is signed in, and what that person or key may do. ``stores`` confines what ends in ``:own``."""

    id: str
    kind: str
    login: str
    name: str
    roles: list[str]
    permissions: list[str]
    stores: list[str]


class UserView(BaseModel):
    id: UUID
    login: str
    name: str
    roles: list[str]
    stores: list[str]
    active: bool
    version: int


class NewUser(BaseModel):
    """A person who is to sign in. ``stores`` are those the rights ``:own`` are about."""

    login: LoginName = Field(examples=["lan"])
    name: Name = Field(examples=["Nguyễn Thị Lan"])
    password: Password
    roles: Codes = Field(examples=[["SAL"]])
    stores: Codes = []


class UserChange(BaseModel):
    """What is to be different; what is left out stays. A new password or ``active: false`` ends all sessions."""

    name: Name | None = None
    password: Password | None = None
    roles: Codes | None = None
    stores: Codes | None = None
    active: bool | None = None


class PasswordChange(BaseModel):
    current: str = Field(min_length=1, max_length=LONGEST)
    new: Password


@router.get("/api/me", dependencies=[signed_in()])
async def me(login: Me) -> MeView:
    """Who I am."""
    who = login.principal
    return MeView(
        id=who.subject,
        kind=who.kind,
        login=login.name,
        name=who.name,
        roles=sorted(who.roles),
        permissions=sorted(who.permissions),
        stores=sorted(who.stores),
    )


@router.post("/api/me/password", status_code=204, dependencies=[signed_in()])
async def change_my_password(body: PasswordChange, request: Request, login: Me, uow: Uow) -> None:
    """Choose a new password. Every session ends, this one too."""
    edge = edge_of(request)
    _seal(request, edge.keys.current().as_bytes(), "current", "new")
    if login.principal.kind != "user":
        raise CurrentPasswordWrong
    user = await uow.users.one(UUID(login.user))
    if not await edge.passwords.verify(user.password_hash, body.current):
        raise CurrentPasswordWrong
    check_strength(body.new, user.login)
    change = users.Change(password_hash=await edge.passwords.hash(body.new))
    await users.change_user(user.id, change, None, uow)


@router.get("/api/users", dependencies=[requires("users:read")])
async def list_users(
    uow: Read,
    page: Paged,
    q: Annotated[str | None, Query(max_length=100, description="part of a login or name")] = None,
) -> Listed[UserView]:
    """Everybody who can sign in, by login."""
    rows = await uow.users.page(page.one_more, page.begins_after(str), q)
    return page.of(rows, key=lambda user: (user.login.lower(),), view=_view)


@router.post("/api/users", status_code=201, dependencies=[requires("users:write")])
async def create_user(body: NewUser, request: Request, uow: Uow, response: Response) -> UserView:
    """Let somebody in."""
    edge = edge_of(request)
    _seal(request, edge.keys.current().as_bytes(), "password")
    check_strength(body.password, body.login)
    hash = await edge.passwords.hash(body.password)
    user = await users.create_user(
        uow, login=body.login, name=body.name, password_hash=hash, roles=body.roles, stores=body.stores
    )
    etag(response, user.version)
    return _view(user)


@router.get("/api/users/{user_id}", dependencies=[requires("users:read")])
async def show_user(user_id: UUID, uow: Read, response: Response) -> UserView:
    """One user."""
    user = await uow.users.one(user_id)
    etag(response, user.version)
    return _view(user)


@router.patch("/api/users/{user_id}", dependencies=[requires("users:write")])
async def change_user(
    user_id: UUID,
    body: UserChange,
    request: Request,
    uow: Uow,
    response: Response,
    version: SeenVersion,
) -> UserView:
    """Change a user: name, roles, stores, password, or whether he may come in. His rights follow at once."""
    edge = edge_of(request)
    hash: str | None = None
    if body.password is not None:
        _seal(request, edge.keys.current().as_bytes(), "password")
        check_strength(body.password, (await uow.users.one(user_id)).login)
        hash = await edge.passwords.hash(body.password)
    change = users.Change(
        name=body.name,
        password_hash=hash,
        roles=tuple(body.roles) if body.roles is not None else None,
        stores=tuple(body.stores) if body.stores is not None else None,
        active=body.active,
    )
    user = await users.change_user(user_id, change, version, uow)
    etag(response, user.version)
    return _view(user)


@router.post("/api/users/{user_id}/sign-out", dependencies=[requires("users:write")])
async def sign_out_everywhere(user_id: UUID, uow: Uow) -> dict[str, int]:
    """End all sessions of a user; how many there were."""
    return {"sessions": await users.sign_out_everywhere(user_id, uow)}


def _view(user: User) -> UserView:
    return UserView.model_validate(user, from_attributes=True)


def _seal(request: Request, secret: bytes, *fields: str) -> None:
    """What an Idempotency-Key keeps of the body is a plain digest; a password in it must not be guessable from that."""
    body: Any = getattr(request, "_json", None)
    if isinstance(body, dict):
        sealed = {
            name: hmac.new(secret, str(body[name]).encode(), hashlib.sha256).hexdigest()
            for name in fields
            if name in body
        }
        setattr(request, "_json", body | sealed)  # noqa: B010 - the body as the edge has read it
