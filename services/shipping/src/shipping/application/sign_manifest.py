"""Signing a manifest: the moment at which parcels become the carrier's (SHP-05, SHP-06).

Invariant: one transaction hands over all parcels of the list but those that are left out by name; it is done once,
however often somebody signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.domain import Reason
from shipping.application.announce import announce
from shipping.application.ports import Work
from shipping.application.report_scans import apply_waiting
from shipping.domain.carrier import Carrier
from shipping.domain.manifest import Agreed, Entry, Manifest, ManifestIsVoid, NotOnManifest, State
from shipping.domain.provinces import province_of
from shipping.domain.shipment import Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class SignManifest:
    """``agreed`` holds what was weighed with the courier, by tracking number. Others go at their packed weight."""

    manifest_id: UUID
    received_by: str
    handed_over_by: str | None = None
    agreed: Mapping[str, Agreed]


async def sign_manifest(command: SignManifest, uow: Work) -> Manifest:
    """Sign for both sides. Signed before: the list as it was signed then."""
    manifest = await uow.manifests.get(command.manifest_id)
    if manifest.state is State.SIGNED:
        return manifest
    if manifest.state is State.VOID:
        raise ManifestIsVoid(code=manifest.code, state=manifest.state)
    _check(command, manifest)
    shipments = {each.id: each for each in await uow.shipments.of([entry.shipment_id for entry in manifest.entries])}
    carrier = await uow.carriers.find(manifest.carrier_id)
    gone = manifest.sign(
        shipments,
        postage={
            entry.shipment_id: _postage(entry, shipments[entry.shipment_id], command, carrier)
            for entry in manifest.entries
        },
        handed_over_by=command.handed_over_by or uow.actor.name or uow.actor.id,
        received_by=command.received_by,
        at=uow.now,
    )
    await uow.shipments.save(gone)
    await uow.manifests.save(manifest)
    announce(gone, uow)
    await apply_waiting(gone, uow)
    uow.audit(
        "sign",
        "manifest",
        manifest.id,
        before={"state": State.OPEN},
        after={"state": manifest.state, "handed_over": len(gone), "left_out": [e.tracking for e in manifest.left_out]},
    )
    return manifest


def _postage(entry: Entry, shipment: Shipment, command: SignManifest, carrier: Carrier) -> Agreed:
    """Weight and postage of a parcel: as agreed with the courier, else what its tariff asks for the packed weight."""
    agreed = command.agreed.get(entry.tracking)
    weight_g = agreed.weight_g if agreed else shipment.weight_g or entry.weight_g
    fee = agreed.fee if agreed else None
    if fee is None:
        service, there = carrier.service(shipment.service), province_of(shipment.terms.receiver.province)
        fee = service.fee(there.code, weight_g) if service and there else None
    return Agreed(weight_g=weight_g, fee=shipment.fee if fee is None else fee)


def _check(command: SignManifest, manifest: Manifest) -> None:
    listed = {entry.tracking for entry in manifest.entries}
    wrong = [
        Reason("not-on-manifest", f"weights/{place}/tracking", {"tracking": tracking, "manifest": manifest.code})
        for place, tracking in enumerate(command.agreed)
        if tracking not in listed
    ]
    if wrong:
        raise NotOnManifest(wrong)
