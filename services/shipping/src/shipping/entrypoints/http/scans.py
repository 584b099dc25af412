"""Carriers' scans over HTTP (SHP-08)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Listed, Paged
from chassis.security import Principal, requires
from shipping.adapters import queries
from shipping.application.report_scans import Answer, report_scans
from shipping.domain.scans import Outcome
from shipping.entrypoints.http.units import Read, Uow
from shipping.entrypoints.schemas.scans import (
    ReportScansBody,
    ScanBody,
    ScanResultsView,
    ScanResultView,
    ScanView,
)
from shipping.entrypoints.telling import Tell, Telling

router = APIRouter(tags=["tracking"])


@router.post("/shipping/scans")
async def post_scans(
    body: ReportScansBody, who: Annotated[Principal, requires("tracking:write")], uow: Uow, tell: Tell
) -> ScanResultsView:
    """Hand in up to 1,000 scans; each gets its own result. They may be late, repeated or out of order.

    An API key that speaks for a carrier may report only on that carrier's parcels.
    """
    speaks_for = await queries.carrier_of_key(uow.connection, who.subject) if who.kind == "key" else None
    answers = await report_scans([scan.report() for scan in body.scans], uow, speaks_for=speaks_for)
    results = [_result(scan, answer, tell) for scan, answer in zip(body.scans, answers, strict=True)]
    uow.audit("report", "scans", f"{len(results)}", after={"applied": sum(each.applied for each in results)})
    return ScanResultsView(results=results)


@router.get("/shipping/scans", dependencies=[requires("tracking:read")])
async def list_scans(
    uow: Read,
    page: Paged,
    outcome: Annotated[Outcome | None, Query(description="`unknown`: of numbers no parcel has")] = None,
    tracking: Annotated[str | None, Query(max_length=64)] = None,
    carrier: Annotated[str | None, Query(max_length=50)] = None,
) -> Listed[ScanView]:
    """What carriers have reported, the latest report first."""
    rows = await queries.list_scans(
        uow.connection,
        outcome=outcome,
        tracking=tracking,
        carrier_id=carrier,
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row.id,), view=ScanView.model_validate)


def _result(scan: ScanBody, answer: Answer, tell: Telling) -> ScanResultView:
    return ScanResultView(
        tracking=scan.tracking,
        accepted=answer.outcome is not None,
        applied=answer.outcome is Outcome.APPLIED,
        outcome=answer.outcome,
        detail=None if answer.outcome is None else tell.say(f"scan-{answer.outcome}", {"status": scan.status}),
        shipment_id=answer.shipment_id,
        shipment_status=answer.status,
        reasons=tell.refusals(answer.reasons),
    )
