"""Orders go to the floor: one walk, one parcel each (INV-08). Only orders that are free to be picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.domain import Reason
from contracts.inventory.v1 import PickingStarted
from inventory.application.ports import Work
from inventory.application.thresholds import packaging_weight
from inventory.domain.hold import Hold, HoldState
from inventory.domain.pack_check import expected_weight
from inventory.domain.parcel import Parcel
from inventory.domain.wave import NothingToPick, OrdersNotFree, Wave, wave_code


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWave:
    """Named orders, or the oldest free ones up to ``limit``, of one location or of all."""

    order_ids: Sequence[UUID] | None
    limit: int
    location_id: str | None


async def start_wave(command: StartWave, uow: Work) -> Wave:
    """Print the lists. Raises ``NothingToPick``, or ``OrdersNotFree`` naming each order that cannot be picked now."""
    if command.order_ids is not None:
        holds = await _named(command.order_ids, uow)
    else:
        holds = await uow.waves.free(location_id=command.location_id, limit=command.limit)
    if not holds:
        raise NothingToPick(possible=["receipts"])
    number = await uow.waves.next_number(uow.today)
    wave = Wave(uow.new_id(), wave_code(uow.today, number), uow.now, str(uow.actor), len(holds))
    weights = await uow.products.weights({sku for hold in holds for sku in hold.needs})
    parcels = [_parcel(hold, wave, weights, uow) for hold in holds]
    await uow.waves.add(wave)
    await uow.parcels.add(parcels, uow.now)
    await uow.waves.pick([hold.order_id for hold in holds])
    await uow.parcels.attach([hold.order_id for hold in holds])
    for parcel in parcels:
        uow.publish(PickingStarted(order_id=parcel.order_id, wave_id=wave.id, wave_code=wave.code, parcel_id=parcel.id))
    uow.audit("start", "wave", wave.id, after={"code": wave.code, "parcels": wave.parcels})
    return wave


async def _named(order_ids: Sequence[UUID], uow: Work) -> list[Hold]:
    known = await uow.waves.named(order_ids)
    reasons: list[Reason] = []
    holds: list[Hold] = []
    for index, order_id in enumerate(order_ids):
        code, hold, cancelling = known.get(order_id, ("", None, False))
        state = _state(code, hold, cancelling)
        if hold is not None and state == "free":
            holds.append(hold)
        else:
            reasons.append(
                Reason("order-not-free", f"order_ids/{index}", {"order": code or str(order_id), "state": state})
            )
    if reasons:
        raise OrdersNotFree(reasons)
    return holds


def _state(code: str, hold: Hold | None, cancelling: bool) -> str:
    if cancelling:
        return "cancelling"
    if hold is None:
        return "without_hold" if code else "unknown"
    if hold.picked:
        return "picking"
    if hold.state is HoldState.WAITING:
        return "waiting_stock"
    return "free" if hold.free else "waiting_release"


def _parcel(hold: Hold, wave: Wave, weights: dict[str, int], uow: Work) -> Parcel:
    return Parcel(
        id=uow.new_id(),
        order_id=hold.order_id,
        location_id=hold.location_id or "",
        lines=hold.lines,
        wave_id=wave.id,
        expected_weight_g=expected_weight(
            ((weights.get(sku, 0), units) for sku, units in hold.needs.items()), uow.setting(packaging_weight)
        ),
    )
