"""Carriers, their number ranges, and quotes (SHP-01, SHP-02)."""

from fastapi import APIRouter, Response

from chassis.http import SeenVersion, etag, refuse_stale
from chassis.security import requires
from shipping.adapters import queries
from shipping.adapters.unit_of_work import ShippingUnitOfWork
from shipping.application import thresholds
from shipping.application.keep_carriers import add_carrier, add_range, change_carrier
from shipping.domain.carrier import Carrier
from shipping.domain.quotes import by_preference, offers
from shipping.entrypoints.http.units import Read, Uow
from shipping.entrypoints.schemas.carriers import (
    AddCarrierBody,
    CarrierView,
    ChangeCarrierBody,
    RangeBody,
)
from shipping.entrypoints.schemas.quotes import QuoteBody, QuotesView
from shipping.entrypoints.telling import Tell

router = APIRouter(tags=["carriers"])


@router.get("/shipping/carriers", dependencies=[requires("carriers:read")])
async def list_carriers(uow: Read) -> list[CarrierView]:
    """All carriers with tariffs, status map and the tracking numbers that are left."""
    found = await uow.carriers.all()
    ranges = await queries.ranges_of(uow.connection, [carrier.id for carrier in found])
    low = uow.setting(thresholds.numbers_low)
    return [CarrierView.of(carrier, ranges, low) for carrier in found]


@router.post("/shipping/carriers", status_code=201, dependencies=[requires("carriers:write")])
async def post_carrier(body: AddCarrierBody, uow: Uow) -> CarrierView:
    """Hire a carrier. Its id is also the name of its door for scans."""
    carrier = await add_carrier(body.carrier(), uow)
    for numbers in body.ranges:
        await add_range(carrier.id, numbers.command(), uow)
    return await _view(carrier, uow)


@router.get("/shipping/carriers/{carrier_id}", dependencies=[requires("carriers:read")])
async def get_carrier(carrier_id: str, uow: Read, response: Response) -> CarrierView:
    carrier = await uow.carriers.find(carrier_id)
    etag(response, carrier.version)
    return await _view(carrier, uow)


@router.patch("/shipping/carriers/{carrier_id}", dependencies=[requires("carriers:write")])
async def patch_carrier(
    carrier_id: str,
    body: ChangeCarrierBody,
    uow: Uow,
    response: Response,
    version: SeenVersion,
) -> CarrierView:
    """New tariffs, words or keys. Scans that waited for the meaning of a word are applied at once."""
    carrier = await uow.carriers.get(carrier_id)
    refuse_stale(version, carrier.version)
    await change_carrier(carrier, body.command(), uow)
    etag(response, carrier.version)
    return await _view(carrier, uow)


@router.post("/shipping/carriers/{carrier_id}/ranges", status_code=201, dependencies=[requires("carriers:write")])
async def post_range(carrier_id: str, body: RangeBody, uow: Uow) -> CarrierView:
    """Tracking numbers that the carrier has handed out; orders that waited for one are tried again within a minute."""
    await add_range(carrier_id, body.command(), uow)
    return await _view(await uow.carriers.find(carrier_id), uow)


@router.post("/shipping/quotes", dependencies=[requires("carriers:read")])
async def quote(body: QuoteBody, uow: Read, tell: Tell) -> QuotesView:
    """Who takes a parcel there, and for how much. Only carriers that reach the address are listed."""
    carriers = await uow.carriers.all()
    found = offers(carriers, body.province, body.weight_g)
    chosen = frozenset(each.id for each in carriers if body.carrier_choice and each.answers_to(body.carrier_choice))
    detail = found.obstacle and tell.say(found.obstacle, {"province": body.province, "weight_g": body.weight_g})
    return QuotesView.of(found, by_preference(found.quotes, chosen), detail)


async def _view(carrier: Carrier, uow: ShippingUnitOfWork) -> CarrierView:
    ranges = await queries.ranges_of(uow.connection, [carrier.id])
    return CarrierView.of(carrier, ranges, uow.setting(thresholds.numbers_low))
