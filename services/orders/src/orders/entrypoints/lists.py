"""Channels and sources: lists that those who may change settings keep (ORD-01)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Listed, Page, Paged
from chassis.security import requires
from orders.adapters import channels
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.entrypoints.units import Read, Uow

router = APIRouter(tags=["lists"])

Name = Annotated[str, Field(min_length=1, max_length=100)]
ChannelCode = Annotated[str, Path(min_length=1, max_length=50)]
SourceCode = Annotated[str, Path(min_length=1, max_length=100)]
CHANGE, LOOK = requires("settings:write"), requires("orders:read")


class ChannelBody(BaseModel):
    """``call_required`` false: the channel (a marketplace) has spoken with the customer itself."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    call_required: bool = True
    active: bool = True


class ChannelView(BaseModel):
    code: str
    name: str
    call_required: bool
    active: bool


class SourceBody(BaseModel):
    """``active`` false retires the source: what it hands in is refused until it is restored."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Website chính"}]})

    name: Name
    active: bool = True


class SourceView(BaseModel):
    """``listed`` false: it has handed orders in, and nobody has put it on the list."""

    code: str
    name: str
    active: bool
    listed: bool


class ChangeView(BaseModel):
    """``before`` None: it was new."""

    at: datetime
    by: str
    by_name: str | None
    before: dict[str, Any] | None
    after: dict[str, Any]


@router.get("/orders/channels", dependencies=[LOOK])
async def list_channels(uow: Read) -> list[ChannelView]:
    """Where customers order. Orders of other channels are refused."""
    return [ChannelView(**row) for row in await channels.list_channels(uow.connection)]


@router.put("/orders/channels/{code}", dependencies=[CHANGE])
async def put_channel(code: ChannelCode, body: ChannelBody, uow: Uow) -> ChannelView:
    """Add a channel, or change what is known of it."""
    await _save("channel", code, body.model_dump(), uow)
    return ChannelView(code=code, **body.model_dump())


@router.get("/orders/channels/{code}/history", dependencies=[LOOK])
async def channel_history(code: ChannelCode, uow: Read, page: Paged) -> Listed[ChangeView]:
    """Who changed a channel when, the latest first."""
    return await _history("channel", code, uow, page)


@router.get("/orders/sources", dependencies=[LOOK])
async def list_sources(uow: Read) -> list[SourceView]:
    """Who hands orders in: those on the list, and those seen on orders only."""
    return [SourceView(**row) for row in await channels.list_sources(uow.connection)]


@router.put("/orders/sources/{code}", dependencies=[CHANGE])
async def put_source(code: SourceCode, body: SourceBody, uow: Uow) -> SourceView:
    """Put a source on the list, rename it, retire or restore it. What it handed in stays."""
    await _save("source", code, body.model_dump(), uow)
    return SourceView(code=code, **body.model_dump(), listed=True)


@router.get("/orders/sources/{code}/history", dependencies=[LOOK])
async def source_history(code: SourceCode, uow: Read, page: Paged) -> Listed[ChangeView]:
    """Who changed a source when, the latest first."""
    return await _history("source", code, uow, page)


async def _save(list: str, code: str, values: Mapping[str, Any], uow: OrdersUnitOfWork) -> None:
    before = await channels.save_listed(uow.connection, list, code, values, by=uow.actor, at=uow.now)
    uow.audit(f"{list}.save", list, code, before=before, after=values)


async def _history(list: str, code: str, uow: OrdersUnitOfWork, page: Page) -> Listed[ChangeView]:
    rows = await channels.list_changes(uow.connection, list, code, limit=page.one_more, after=page.begins_after(int))
    return page.of(rows, key=lambda row: (row["id"],), view=lambda row: ChangeView.model_validate(dict(row)))
