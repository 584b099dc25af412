"""The doors at which carriers report scans: the topic's name says who speaks (SHP-08)."""

from chassis import Letter, door
from contracts.shipping.v1 import CarrierScan, CarrierScanResult
from shipping.adapters.unit_of_work import ShippingUnitOfWork
from shipping.application import thresholds
from shipping.application.report_scans import Report, report_scans
from shipping.domain.scans import Outcome
from shipping.entrypoints.telling import Telling

carrier_scans = door("carrier-scans", CarrierScan, result=CarrierScanResult)


@carrier_scans.on
async def on_scan(letter: Letter[CarrierScan], uow: ShippingUnitOfWork) -> CarrierScanResult:
    """Every scan is answered. A carrier may report only on its own parcels, whatever the body says."""
    scan, telling = letter.body, Telling(uow.setting(thresholds.carrier_door_language))
    if scan is None:
        return CarrierScanResult(tracking=letter.key or "", accepted=False, reasons=telling.refusals(letter.reasons))
    report = Report(tracking=scan.tracking, said=scan.status, at=scan.at, place=scan.place, reason=scan.reason)
    (answer,) = await report_scans([report], uow, speaks_for=letter.partner, cause=scan)
    return CarrierScanResult(
        tracking=scan.tracking,
        accepted=answer.outcome is not None,
        applied=answer.outcome is Outcome.APPLIED,
        reasons=telling.refusals(answer.reasons),
    )
