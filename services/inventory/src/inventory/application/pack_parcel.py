"""The packing table: scan everything, weigh the parcel, and only what matches is packed (INV-10, INV-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.domain import Reason
from contracts.inventory.v1 import PackingStarted
from inventory.application import announce
from inventory.application.ports import Work
from inventory.application.records import PackAttempt
from inventory.application.thresholds import packaging_weight, weight_tolerance_grams, weight_tolerance_percent
from inventory.domain.pack_check import PackRefused, Scan, Tolerance, check_scans, check_weight, expected_weight
from inventory.domain.parcel import Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class PackParcel:
    """``accept_weight`` with a ``reason``: a person has looked and the parcel goes as it is."""

    parcel_id: UUID
    scans: Sequence[Scan]
    weight_g: int
    accept_weight: bool = False
    reason: str | None = None


async def pack_parcel(command: PackParcel, uow: Work) -> tuple[Parcel, PackRefused | None]:
    """The parcel, and why it is not packed if it is not.

    The refusal is returned, not raised: that packing began and what was scanned is a fact the caller commits first.
    Raises ``ParcelNotFound``, ``ParcelNotOpen``.
    """
    parcel = await uow.parcels.get(command.parcel_id)
    if parcel.begin_packing():
        uow.publish(PackingStarted(order_id=parcel.order_id, parcel_id=parcel.id))
    reasons = await _deviations(command, parcel, uow)
    await uow.parcels.attempted(
        PackAttempt(
            parcel_id=parcel.id,
            at=uow.now,
            actor=str(uow.actor),
            scans=[{"code": scan.code, "quantity": scan.quantity} for scan in command.scans],
            weight_g=command.weight_g,
            deviations=[{"code": reason.code, **reason.params} for reason in reasons],
        )
    )
    if not reasons:
        parcel.pack(command.weight_g, command.reason, str(uow.actor), uow.now)
        uow.publish(announce.packed(parcel))
    await uow.parcels.save([parcel])
    uow.audit(
        "pack" if not reasons else "pack-refused",
        "parcel",
        parcel.id,
        after={"weight_g": command.weight_g, "expected_weight_g": parcel.expected_weight_g},
        reason=command.reason,
    )
    return parcel, PackRefused(reasons, count=len(reasons)) if reasons else None


async def _deviations(command: PackParcel, parcel: Parcel, uow: Work) -> list[Reason]:
    named = await uow.products.named_by({scan.code for scan in command.scans})
    weights = await uow.products.weights(set(parcel.needs))
    parcel.expected_weight_g = expected_weight(
        ((weights.get(sku, 0), units) for sku, units in parcel.needs.items()), uow.setting(packaging_weight)
    )
    reasons = check_scans(command.scans, parcel.needs, named)
    tolerance = Tolerance(uow.setting(weight_tolerance_grams), uow.setting(weight_tolerance_percent))
    off = check_weight(command.weight_g, parcel.expected_weight_g, tolerance)
    if off and not command.accept_weight:
        reasons += off
    elif off and not command.reason:
        reasons.append(Reason("weight-reason-missing", "reason"))
    return reasons
