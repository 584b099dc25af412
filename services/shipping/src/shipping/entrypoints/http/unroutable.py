"""Orders that wait: for a carrier, or for the other half of what must be known about them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Listed
from chassis.security import requires
from shipping.adapters import queries
from shipping.adapters.documents import terms_from
from shipping.application import thresholds
from shipping.application.retry_unroutable import retry_unroutable
from shipping.entrypoints.http.units import Paged, Read, Uow
from shipping.entrypoints.schemas.shipments import HalfKnownView, RetryBody, RetryView, TriedView, UnroutableView
from shipping.entrypoints.telling import Tell, Telling

router = APIRouter(tags=["unroutable"])


@router.get("/shipping/unroutable", dependencies=[requires("waybills:read")])
async def list_unroutable(uow: Read, page: Paged, tell: Tell) -> Listed[UnroutableView]:
    """Orders no carrier takes, each with the way out; oldest order first."""
    rows = await queries.list_unroutable(
        uow.connection, limit=page.limit + 1, after=page.after[0] if page.after else None
    )
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


@router.get("/shipping/half-known", dependencies=[requires("waybills:read")])
async def list_half_known(uow: Read, page: Paged) -> Listed[HalfKnownView]:
    """Orders of which only one side has told for longer than it should take; oldest first."""
    before = uow.now - timedelta(minutes=uow.setting(thresholds.half_known_minutes))
    after: Any = page.after
    rows = await queries.list_half_known(uow.connection, before=before, limit=page.limit + 1, after=after)
    return page.of(rows, key=lambda row: (row.heard_at, row.order_id), view=_half_known)


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


def _half_known(row: Any) -> HalfKnownView:
    missing = "order" if row.terms is None else "warehouse"
    return HalfKnownView(order_id=row.order_id, code=row.code, missing=missing, heard_at=row.heard_at)
