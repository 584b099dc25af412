"""Orders that no carrier takes, and the way out for them."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Listed, Paged
from chassis.security import requires
from shipping.adapters import queries
from shipping.adapters.documents import terms_from
from shipping.application.retry_unroutable import retry_unroutable
from shipping.entrypoints.http.units import Read, Uow
from shipping.entrypoints.schemas.unroutable import RetryBody, RetryView, TriedView, UnroutableView
from shipping.entrypoints.telling import Tell, Telling

router = APIRouter(tags=["unroutable"])


@router.get("/shipping/unroutable", dependencies=[requires("waybills:read")])
async def list_unroutable(uow: Read, page: Paged, tell: Tell) -> Listed[UnroutableView]:
    """Orders no carrier takes, each with the way out; oldest order first."""
    rows = await queries.list_unroutable(uow.connection, limit=page.one_more, after=page.begins_after(UUID))
    return page.of(rows, key=lambda row: (row.order_id,), view=lambda row: _unroutable(row, tell))


@router.post("/shipping/unroutable/retry", dependencies=[requires("waybills:write")])
async def retry(body: RetryBody, uow: Uow, tell: Tell) -> RetryView:
    """Try again now: after a new number range, carrier or tariff, or with a carrier by name."""
    tried = await retry_unroutable(uow, order_ids=body.order_ids, carrier_id=body.carrier_id)
    solved = sum(each.obstacle is None for each in tried)
    uow.audit("retry", "unroutable", f"{len(tried)}", after={"solved": solved, "carrier": body.carrier_id})
    return RetryView(
        solved=solved,
        still=len(tried) - solved,
        tried=[
            TriedView(
                order_id=each.order_id,
                shipment_id=each.shipment_id,
                obstacle=each.obstacle,
                detail=each.obstacle and tell.say(f"way-out-{each.obstacle}"),
            )
            for each in tried
        ],
    )


def _unroutable(row: Any, tell: Telling) -> UnroutableView:
    terms = terms_from(row.terms)
    order_id: UUID = row.order_id
    return UnroutableView(
        order_id=order_id,
        code=row.code,
        shipment_id=row.shipment_id,
        obstacle=row.obstacle,
        detail=tell.say(f"way-out-{row.obstacle}", {"province": terms.receiver.province, "weight_g": terms.weight_g}),
        province=terms.receiver.province,
        weight_g=terms.weight_g,
        carrier_choice=terms.carrier_choice,
        since=row.since,
    )
