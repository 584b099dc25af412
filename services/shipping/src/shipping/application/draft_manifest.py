"""Putting parcels on the list for a carrier (SHP-05)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.domain import Reason
from shipping.application.ports import Work
from shipping.domain.manifest import Entry, Manifest, NotForThisManifest, NothingToHandOver
from shipping.domain.shipment import Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftManifest:
    """Without ``shipment_ids`` everything that waits for the carrier goes on, perhaps only of one location."""

    carrier_id: str
    shipment_ids: tuple[UUID, ...] | None = None
    location_id: str | None = None


async def draft_manifest(command: DraftManifest, uow: Work) -> Manifest:
    """Make the list. Raises ``NothingToHandOver`` or, naming each, ``NotForThisManifest``."""
    carrier = await uow.carriers.find(command.carrier_id)
    if command.shipment_ids is None:
        shipments = await _waiting(carrier.id, command.location_id, uow)
    else:
        shipments = await _named(command.shipment_ids, carrier.id, uow)
    if not shipments:
        raise NothingToHandOver(carrier=carrier.name)
    number = await uow.manifests.next_number(uow.today)
    manifest = Manifest(
        id=uow.new_id(),
        code=f"BB{uow.today:%y%m%d}{number:03d}",
        carrier_id=carrier.id,
        carrier_name=carrier.name,
        entries=[Entry.of(shipment) for shipment in shipments],
        drafted_at=uow.now,
        drafted_by=uow.actor.name or uow.actor.id,
    )
    await uow.manifests.add(manifest)
    uow.audit("draft", "manifest", manifest.id, after={"code": manifest.code, "parcels": len(manifest.entries)})
    return manifest


async def drop_manifest(manifest_id: UUID, uow: Work) -> Manifest:
    """Give an unsigned list up, so that its parcels may stand on another one."""
    manifest = await uow.manifests.get(manifest_id)
    before = manifest.state
    manifest.drop()
    await uow.manifests.save(manifest)
    uow.audit("drop", "manifest", manifest.id, before={"state": before}, after={"state": manifest.state})
    return manifest


async def _waiting(carrier_id: str, location_id: str | None, uow: Work) -> list[Shipment]:
    """Asked again under the locks: while we waited for them another list may have taken some."""
    found = await uow.shipments.waiting_for_pickup(carrier_id, location_id)
    listed = await uow.manifests.listed([shipment.id for shipment in found])
    return [shipment for shipment in found if shipment.id not in listed]


async def _named(ids: Collection[UUID], carrier_id: str, uow: Work) -> list[Shipment]:
    found = {shipment.id: shipment for shipment in await uow.shipments.of(ids)}
    listed = await uow.manifests.listed(ids)
    wrong = [
        Reason(code, f"shipment_ids/{place}", params)
        for place, id in enumerate(ids)
        for code, params in _obstacles(id, found.get(id), carrier_id, listed)
    ]
    if wrong:
        raise NotForThisManifest(wrong)
    return list(found.values())


def _obstacles(
    id: UUID, shipment: Shipment | None, carrier_id: str, listed: Mapping[UUID, str]
) -> list[tuple[str, dict[str, str]]]:
    if shipment is None:
        return [("shipment-not-found", {"id": str(id)})]
    said = {"tracking": shipment.tracking, "code": shipment.terms.code}
    if shipment.carrier_id != carrier_id:
        return [("other-carrier", said | {"carrier": shipment.carrier_name})]
    if shipment.id in listed:
        return [("on-another-manifest", said | {"manifest": listed[shipment.id]})]
    if not shipment.can_go:
        return [("not-ready-for-pickup", said | {"state": shipment.obstacle or shipment.status})]
    return []
