"""Splitting, merging and taking apart again, when an order and a parcel are not the same (ORD-07, ORD-08)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.security import Principal, requires
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.replace_orders import MOST, Outcome, merge_orders, split_order, unmerge_order
from orders.domain.replacement import Kind, State
from orders.entrypoints.schemas import Note
from orders.entrypoints.showing import order_view
from orders.entrypoints.units import Uow
from orders.entrypoints.views import OrderView

router = APIRouter(tags=["orders"])

Lead = Annotated[Principal, requires("duplicates:write")]
Ref = Annotated[str, Field(min_length=1, max_length=40, description="id or code")]


class PartLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    line_id: UUID
    quantity: Annotated[int, Field(ge=1, le=100_000)]


class PartBody(BaseModel):
    """Goods that become an order of their own."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[PartLine], Field(min_length=1, max_length=500)]

    def quantities(self) -> Mapping[UUID, int]:
        found: dict[UUID, int] = {}
        for line in self.lines:
            found[line.line_id] = found.get(line.line_id, 0) + line.quantity
        return found


class SplitBody(BaseModel):
    """``parts`` are taken out, each as an order of its own; what is left keeps the freight."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"parts": [{"lines": [{"line_id": "0198c0de-0000-7000-8000-000000000001", "quantity": 1}]}]}]
        },
    )

    parts: Annotated[list[PartBody], Field(min_length=1, max_length=MOST - 1)]
    reason: Note | None = None


class MergeBody(BaseModel):
    """``orders``: the first one leads, its address, wishes and freight are those of the merged order."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"orders": ["DH2511220042", "DH2511220043"]}]}
    )

    orders: Annotated[list[Ref], Field(min_length=2, max_length=MOST)]
    reason: Note | None = None


class UnmergeBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Khách muốn nhận riêng"}]})

    reason: Note | None = None


class ReplacementView(BaseModel):
    """``state`` asked: who has the parcels is asked, the successors come with the last answer, each seen at its
    predecessor as ``replaced_by``. ``orders`` stand aside, ``successors`` go on."""

    id: UUID
    kind: Kind
    state: State
    orders: list[OrderView]
    successors: list[OrderView]


@router.post("/orders/merge", responses={202: {"model": ReplacementView, "description": "asked; shipping decides"}})
async def merge(body: MergeBody, response: Response, uow: Uow, who: Lead) -> ReplacementView:
    """One order for several of the same customer at the same address, in one parcel, with one freight."""
    stores = who.stores_for("duplicates:write")
    return _shown(await merge_orders(body.orders, body.reason, uow, stores=stores), response, uow)


@router.post(
    "/orders/{ref}/split", responses={202: {"model": ReplacementView, "description": "asked; shipping decides"}}
)
async def split(ref: str, body: SplitBody, response: Response, uow: Uow, who: Lead) -> ReplacementView:
    """Several orders for one: discounts and what was paid follow the goods pro rata, freight stays on the first."""
    stores = who.stores_for("duplicates:write")
    parts = [part.quantities() for part in body.parts]
    return _shown(await split_order(ref, parts, body.reason, uow, stores=stores), response, uow)


@router.post(
    "/orders/{ref}/unmerge", responses={202: {"model": ReplacementView, "description": "asked; shipping decides"}}
)
async def unmerge(
    ref: str, response: Response, uow: Uow, who: Lead, body: UnmergeBody | None = None
) -> ReplacementView:
    """The orders that were merged into this one, again by themselves. What was split is merged to undo it."""
    stores = who.stores_for("duplicates:write")
    reason = body.reason if body else None
    return _shown(await unmerge_order(ref, reason, uow, stores=stores), response, uow)


def _shown(outcome: Outcome, response: Response, uow: OrdersUnitOfWork) -> ReplacementView:
    if outcome.replacement.state is State.ASKED:
        response.status_code = 202
    return ReplacementView(
        id=outcome.replacement.id,
        kind=outcome.replacement.kind,
        state=outcome.replacement.state,
        orders=[order_view(order, uow.now, uow.zone) for order in outcome.orders],
        successors=[order_view(order, uow.now, uow.zone) for order in outcome.successors],
    )
