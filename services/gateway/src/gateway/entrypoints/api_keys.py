"""Integrations' keys, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from starlette.requests import Request

from chassis.http import Listed, Paged
from chassis.security import Principal, requires
from gateway.adapters.unit_of_work import GatewayUnitOfWork
from gateway.application import api_keys
from gateway.application.accounts import ApiKey
from gateway.entrypoints.edge import edge_of
from gateway.entrypoints.units import Read, Uow

router = APIRouter(prefix="/api/keys", tags=["users"])

Code = Annotated[str, StringConstraints(min_length=1, max_length=90)]


class KeyView(BaseModel):
    """A key without its secret; ``hint`` is the secret's beginning."""

    id: UUID
    name: str
    hint: str
    permissions: list[str]
    stores: list[str]
    calls_per_second: float | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKey(BaseModel):
    """What an integration may do. Its name is what services see: name a carrier's key after the carrier."""

    name: str = Field(min_length=1, max_length=100, examples=["ghn"])
    permissions: list[Code] = Field(min_length=1, max_length=200, examples=[["tracking:write"]])
    stores: list[Code] = Field(default=[], max_length=100)
    expires_at: AwareDatetime | None = None
    calls_per_second: float | None = Field(default=None, gt=0, le=10_000)


class KeyMade(KeyView):
    """The only time the secret is shown."""

    key: str = Field(description="Send it as `X-API-Key` or as a bearer token.")


@router.get("", dependencies=[requires("keys:read")])
async def list_keys(uow: Read, page: Paged) -> Listed[KeyView]:
    """Every key, the latest first, revoked ones too."""
    rows = await uow.api_keys.page(page.one_more, page.begins_after(datetime, UUID))
    return page.of(rows, key=lambda key: (key.created_at, key.id), view=_view)


@router.post("", status_code=201)
async def create_key(body: NewKey, request: Request, who: Annotated[Principal, requires("keys:write")]) -> KeyMade:
    """Make a key. Its secret is in this answer and nowhere else: not even an Idempotency-Key keeps it."""
    edge = edge_of(request)
    async with edge.runtime.transaction(who.actor, origin=edge.address(request.scope)) as uow:
        key, secret = await api_keys.create_key(
            cast("GatewayUnitOfWork", uow),
            who,
            name=body.name,
            permissions=body.permissions,
            stores=body.stores,
            expires_at=body.expires_at,
            calls_per_second=body.calls_per_second,
            declared=edge.directory.permissions(),
        )
    return KeyMade(**_view(key).model_dump(), key=secret)


@router.delete("/{key_id}", status_code=204, dependencies=[requires("keys:delete")])
async def revoke_key(key_id: UUID, uow: Uow) -> None:
    """Revoke a key: here it holds no longer at once."""
    await api_keys.revoke_key(key_id, uow)


def _view(key: ApiKey) -> KeyView:
    return KeyView.model_validate(key, from_attributes=True)
