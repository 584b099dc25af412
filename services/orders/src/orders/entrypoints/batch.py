"""Many orders in one call (ORD-01): each in a transaction of its own, each answered in its place."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, ValidationError
from starlette.requests import Request

from chassis.domain import DomainError, Reason
from chassis.http import Catalogue, Transactions, language_of, must_be_repeated, refusal_for
from chassis.security import Principal, requires
from orders.application.intake import PlaceOrder
from orders.application.place_order import Placement, place_order
from orders.application.ports import Stores
from orders.entrypoints.handed_in import form_reasons
from orders.entrypoints.schemas import EXAMPLE, PlaceOrderBody

router = APIRouter(tags=["orders"])

MOST = 500
AT_ONCE = 4
"""Connections that one call uses: others want to be served beside it."""
TRIES = 3


class BatchedOrder(PlaceOrderBody):
    """An order as ``POST /orders`` takes it, but that it cannot be confirmed by the same call."""

    call: None = None


class BatchBody(BaseModel):
    """Up to 500 orders. Each needs its ``external_id``: with it, the same call again doubles nothing."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"orders": [EXAMPLE]}]})

    orders: Annotated[list[SkipValidation[BatchedOrder]], Field(min_length=1, max_length=MOST)]
    """Each is read by itself, so that one of a wrong form keeps none of the others out."""


class WrongView(BaseModel):
    """What is wrong or worth knowing, and where in this order."""

    code: str
    pointer: str | None
    detail: str
    params: dict[str, object]


class BatchedView(BaseModel):
    """What became of one order. ``known``: it was handed in before, and this is the one. ``failed``: through no fault
    of the order; hand it in again."""

    external_id: str | None
    outcome: Literal["placed", "known", "refused", "failed"]
    id: UUID | None = None
    code: str | None = None
    duplicate_of: list[str] = []
    errors: list[WrongView] = []
    warnings: list[WrongView] = []


class BatchView(BaseModel):
    """``items`` in the order in which the orders were handed in."""

    placed: int
    known: int
    refused: int
    failed: int
    items: list[BatchedView]


@router.post("/orders/batch")
async def place_batch(
    body: BatchBody, request: Request, each: Transactions, who: Annotated[Principal, requires("orders:write")]
) -> BatchView:
    """Accept many orders; one that is refused keeps none of the others out. Always 200: each order has its answer.

    Idempotent by (source, external id) of each order; an Idempotency-Key is not needed and changes nothing.
    """
    by = who.subject if who.kind == "user" else None
    told = _Told(request.app.state.catalogue, language_of(request.headers.get("accept-language")))
    stores, turns = who.stores_for("orders:write"), asyncio.Semaphore(AT_ONCE)

    async def answered(order: Any) -> BatchedView:
        try:
            command = BatchedOrder.model_validate(order).as_handed_in(by)
        except ValidationError as error:
            return BatchedView(external_id=None, outcome="refused", errors=told.of(form_reasons(error)))
        async with turns:
            return await _answered(command, each, stores, told)

    items = await asyncio.gather(*map(answered, body.orders))
    counts = {name: sum(item.outcome == name for item in items) for name in ("placed", "known", "refused", "failed")}
    return BatchView(**counts, items=list(items))


async def _answered(command: PlaceOrder, each: Transactions, stores: Stores, told: "_Told") -> BatchedView:
    if command.external_id is None:
        return BatchedView(
            external_id=None, outcome="refused", errors=told.of([Reason("external-id-missing", "external_id")])
        )
    try:
        placement = await _placed(command, each, stores)
    except DomainError as refusal:
        return BatchedView(external_id=command.external_id, outcome="refused", errors=told.of(refusal.reasons))
    except Exception as error:
        refusal_there_is = refusal_for(error)
        if refusal_there_is is None:
            raise
        errors = told.of([Reason(refusal_there_is.code, None, refusal_there_is.params)])
        return BatchedView(external_id=command.external_id, outcome="failed", errors=errors)
    order = placement.order
    return BatchedView(
        external_id=command.external_id,
        outcome="placed" if placement.created else "known",
        id=order.id,
        code=order.code,
        duplicate_of=list(order.duplicate_of),
        warnings=told.of(placement.warnings),
    )


async def _placed(command: PlaceOrder, each: Transactions, stores: Stores) -> Placement:
    """One order in its transaction, again after a deadlock."""
    for left in range(TRIES - 1, -1, -1):
        try:
            async with each() as uow:
                return await place_order(command, uow, stores=stores)
        except Exception as error:
            if not left or not must_be_repeated(error):
                raise
    raise AssertionError("unreachable")


class _Told:
    """Reasons in the caller's language."""

    def __init__(self, sentences: Catalogue, language: str) -> None:
        self._sentences, self._language = sentences, language

    def of(self, reasons: Sequence[Reason]) -> list[WrongView]:
        return [
            WrongView(
                code=reason.code,
                pointer=None if reason.field is None else f"#/{reason.field}",
                detail=self._sentences.say(reason.code, reason.params, self._language),
                params=dict(reason.params),
            )
            for reason in reasons
        ]
