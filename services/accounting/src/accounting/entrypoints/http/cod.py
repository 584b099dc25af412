"""What carriers owe us, and corrections of what they must collect."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from accounting.adapters import money_queries
from accounting.application.correct_cod import RequestCorrection, decide_correction, request_correction
from accounting.domain.cod_correction import CorrectionState
from accounting.entrypoints.http.units import Read, Uow
from accounting.entrypoints.schemas import CodCorrectionBody, DecisionBody, ReasonBody
from accounting.entrypoints.views import CarrierDebtView, CorrectionView, OpenItemView
from chassis.http import Listed, Paged
from chassis.security import requires

router = APIRouter(tags=["cod"])


@router.get("/accounting/cod-due", dependencies=[requires("cod:read")])
async def list_open_items(
    page: Paged,
    uow: Read,
    carrier_id: Annotated[str | None, Query(max_length=50)] = None,
    state: Annotated[Literal["due", "expected"], Query(description="delivered, or still on the road")] = "due",
) -> Listed[OpenItemView]:
    """Parcel by parcel."""
    rows = await money_queries.open_items(
        uow.connection,
        carrier_id=carrier_id,
        expected=state == "expected",
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row["shipment_id"],), view=OpenItemView.model_validate)


@router.get("/accounting/cod-due/by-carrier", dependencies=[requires("cod:read")])
async def list_carrier_debts(uow: Read) -> list[CarrierDebtView]:
    """One row per carrier."""
    return [CarrierDebtView.model_validate(row) for row in await money_queries.carrier_debts(uow.connection)]


@router.post("/accounting/cod-corrections", status_code=201, dependencies=[requires("cod:write")])
async def ask(body: CodCorrectionBody, uow: Uow) -> CorrectionView:
    """What the carrier is to collect (or has collected) is wrong. Nothing changes until it is approved."""
    return CorrectionView.model_validate(await request_correction(RequestCorrection(**dict(body)), uow))


@router.get("/accounting/cod-corrections", dependencies=[requires("cod:read")])
async def list_corrections(
    page: Paged, uow: Read, state: Literal["requested", "approved", "rejected"] | None = None
) -> Listed[CorrectionView]:
    """Newest first."""
    after = page.begins_after(UUID)
    rows = await money_queries.corrections(uow.connection, state=state, limit=page.one_more, after=after)
    return page.of(rows, key=lambda row: (row["id"],), view=CorrectionView.model_validate)


@router.post("/accounting/cod-corrections/{id}/approve", dependencies=[requires("cod:approve")])
async def approve(id: UUID, uow: Uow, body: DecisionBody | None = None) -> CorrectionView:
    """From here on it is what the carrier owes."""
    note = body.note if body else None
    return CorrectionView.model_validate(await decide_correction(id, CorrectionState.APPROVED, note, uow))


@router.post("/accounting/cod-corrections/{id}/reject", dependencies=[requires("cod:approve")])
async def reject(id: UUID, body: ReasonBody, uow: Uow) -> CorrectionView:
    """It stays as it was."""
    return CorrectionView.model_validate(await decide_correction(id, CorrectionState.REJECTED, body.reason, uow))
