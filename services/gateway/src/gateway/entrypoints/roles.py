"""Roles and what they may do, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from chassis.http import SeenVersion, etag
from chassis.security import requires
from gateway.application import roles
from gateway.application.accounts import Role
from gateway.entrypoints.edge import edge_of
from gateway.entrypoints.units import Read, Uow

router = APIRouter(prefix="/api/roles", tags=["users"])

RoleName = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_-]{1,30}$", examples=["SAL"])]
Permission = Annotated[str, StringConstraints(max_length=90)]


class RoleView(BaseModel):
    """A role. ``edited`` says that it differs from what is built in."""

    name: str
    title: str
    permissions: list[str]
    built_in: bool
    edited: bool
    version: int


class RoleBody(BaseModel):
    """Exactly what the role may do from now on."""

    title: str | None = Field(default=None, min_length=1, max_length=100)
    permissions: list[Permission] = Field(max_length=500, examples=[["orders:read", "stock:read:own"]])


@router.get("", dependencies=[requires("users:read")])
async def list_roles(uow: Read) -> list[RoleView]:
    """Every role with its permissions."""
    return [_view(role) for role in (await uow.roles.all()).values()]


@router.put("/{name}", dependencies=[requires("users:write")])
async def put_role(
    name: RoleName,
    body: RoleBody,
    request: Request,
    uow: Uow,
    response: Response,
    version: SeenVersion,
) -> RoleView:
    """Edit a role, or make a new one. Whoever holds it has the new rights at the next call."""
    declared = edge_of(request).directory.permissions()
    role = await roles.put_role(name, body.title, body.permissions, declared, version, uow)
    etag(response, role.version)
    return _view(role)


@router.delete("/{name}", status_code=204, dependencies=[requires("users:delete")])
async def remove_role(name: RoleName, uow: Uow) -> None:
    """Remove a role of the shop's own that nobody holds; a built-in one gets its built-in rights back."""
    await roles.remove_role(name, uow)


def _view(role: Role) -> RoleView:
    return RoleView(
        name=role.name,
        title=role.title,
        permissions=sorted(role.permissions),
        built_in=role.built_in,
        edited=role.edited,
        version=role.version,
    )
