"""Handover manifests (SHP-05, SHP-06)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Listed, Paged
from chassis.security import requires
from shipping.adapters import queries
from shipping.application.draft_manifest import draft_manifest, drop_manifest
from shipping.application.sign_manifest import sign_manifest
from shipping.domain.manifest import State
from shipping.entrypoints.http.units import Read, Uow
from shipping.entrypoints.schemas.manifests import DraftBody, ManifestSummaryView, ManifestView, SignBody
from shipping.entrypoints.telling import Tell

router = APIRouter(tags=["manifests"])


@router.get("/shipping/manifests", dependencies=[requires("waybills:read")])
async def list_manifests(
    uow: Read,
    page: Paged,
    carrier: Annotated[str | None, Query(max_length=50)] = None,
    state: State | None = None,
) -> Listed[ManifestSummaryView]:
    """Newest first."""
    rows = await queries.list_manifests(
        uow.connection,
        carrier_id=carrier,
        state=state,
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row.id,), view=ManifestSummaryView.of)


@router.post("/shipping/manifests", status_code=201, dependencies=[requires("waybills:write")])
async def post_manifest(body: DraftBody, uow: Uow, tell: Tell) -> ManifestView:
    """Make the list for a carrier. Nothing is handed over until both sides sign."""
    manifest = await draft_manifest(body.command(), uow)
    return ManifestView.with_entries(manifest, manifest.entries, tell.say)


@router.get("/shipping/manifests/{manifest_id}", dependencies=[requires("waybills:read")])
async def get_manifest(manifest_id: UUID, uow: Read, tell: Tell) -> ManifestView:
    head, entries = await queries.get_manifest(uow.connection, manifest_id)
    return ManifestView.with_entries(head, entries, tell.say)


@router.post("/shipping/manifests/{manifest_id}/sign", dependencies=[requires("waybills:write")])
async def sign(manifest_id: UUID, body: SignBody, uow: Uow, tell: Tell) -> ManifestView:
    """Both sides sign: all parcels at once are the carrier's. ``left_out`` names those that are not, and why.

    Signing again answers with the list as it was signed. A list of which nothing was left is void.
    """
    manifest = await sign_manifest(body.command(manifest_id), uow)
    return ManifestView.with_entries(manifest, manifest.entries, tell.say)


@router.delete("/shipping/manifests/{manifest_id}", dependencies=[requires("waybills:write")])
async def drop(manifest_id: UUID, uow: Uow, tell: Tell) -> ManifestView:
    """Give an unsigned list up; its parcels may stand on another one."""
    manifest = await drop_manifest(manifest_id, uow)
    return ManifestView.with_entries(manifest, manifest.entries, tell.say)
