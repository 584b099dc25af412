"""Carriers' scans: every one is kept and shown, and moves the parcel only forward (SHP-08, SHP-13, SHP-14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.domain import Reason
from contracts.event import Event
from shipping.application import thresholds
from shipping.application.announce import announce
from shipping.application.ports import Work
from shipping.domain.carrier import Carrier
from shipping.domain.journey import Status
from shipping.domain.scans import Outcome, Scan
from shipping.domain.shipment import Shipment

OLDEST = 2000
"""Before this year no carrier reported anything to anybody; a date of that kind is a broken clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A scan as it was handed in. ``carrier_id`` is whom the reporter names, if anybody."""

    tracking: str
    said: str
    at: datetime
    carrier_id: str | None = None
    place: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a report. ``outcome`` is ``None`` if it was refused, for every one of ``reasons``."""

    outcome: Outcome | None = None
    shipment_id: UUID | None = None
    status: Status | None = None
    reasons: tuple[Reason, ...] = ()


async def report_scans(
    reports: Sequence[Report], uow: Work, *, speaks_for: str | None = None, cause: Event | None = None
) -> list[Answer]:
    """Record the reports and apply what moves a parcel, in the order of the carrier's time; an answer for each.

    ``speaks_for`` is the carrier whose door or key this is: it may report only on its own parcels.
    """
    carriers = {carrier.id: carrier for carrier in await uow.carriers.all()}
    shipments = {each.tracking: each for each in await uow.shipments.tracked({each.tracking for each in reports})}
    answers: list[Answer | None] = []
    scans: dict[int, Scan] = {}
    for place, report in enumerate(reports):
        shipment = shipments.get(report.tracking)
        reasons = tuple(_wrong(report, shipment, carriers, speaks_for, uow))
        answers.append(Answer(reasons=reasons) if reasons else None)
        if not reasons:
            scans[place] = _scan(report, shipment, carriers, speaks_for, uow.new_id())
    fresh = await uow.scans.record(list(scans.values()), uow.now, str(uow.actor))
    new = [scan for scan in scans.values() if scan.id in fresh]
    outcomes = await apply_scans(new, shipments, uow, cause)
    for place, scan in scans.items():
        shipment = shipments.get(scan.tracking)
        answers[place] = Answer(
            outcome=outcomes.get(scan.id, Outcome.DUPLICATE),
            shipment_id=shipment.id if shipment else None,
            status=shipment.status if shipment else None,
        )
    return [answer for answer in answers if answer is not None]


async def apply_scans(
    scans: Iterable[Scan], shipments: Mapping[str, Shipment], uow: Work, cause: Event | None = None
) -> Mapping[UUID, Outcome]:
    """Let recorded scans move their parcels (by tracking number, locked); what each did, stored with it."""
    tries = uow.setting(thresholds.delivery_tries)
    outcomes: dict[UUID, Outcome] = {}
    touched: dict[UUID, Shipment] = {}
    for scan in sorted(scans, key=lambda each: each.at):
        shipment = shipments.get(scan.tracking)
        if shipment is None:
            outcomes[scan.id] = Outcome.UNKNOWN if scan.status else Outcome.UNMAPPED
            continue
        outcomes[scan.id] = shipment.report(scan, tries=tries)
        touched[shipment.id] = shipment
    await uow.shipments.save(touched.values())
    await uow.scans.conclude(outcomes)
    announce(touched.values(), uow, cause)
    return outcomes


async def apply_waiting(shipments: Sequence[Shipment], uow: Work) -> None:
    """What was reported about these parcels before they were handed over counts now, oldest first."""
    waiting = await uow.scans.waiting(shipments)
    scans = [scan for each in waiting.values() for scan in each]
    if scans:
        await apply_scans(scans, {each.tracking: each for each in shipments}, uow)


async def apply_new_meanings(carrier: Carrier, uow: Work) -> int:
    """Scans that waited for a word of the carrier to get a meaning count now; how many they were."""
    scans = await uow.scans.now_mean(carrier)
    by_tracking: dict[str, list[Scan]] = defaultdict(list)
    for scan in scans:
        by_tracking[scan.tracking].append(scan)
    shipments = {each.tracking: each for each in await uow.shipments.tracked(by_tracking)}
    mine = [scan for scan in scans if (known := shipments.get(scan.tracking)) is None or known.carrier_id == carrier.id]
    await apply_scans(mine, shipments, uow)
    return len(scans)


def _wrong(
    report: Report,
    shipment: Shipment | None,
    carriers: Mapping[str, Carrier],
    speaks_for: str | None,
    uow: Work,
) -> Iterable[Reason]:
    named = report.carrier_id
    for carrier in dict.fromkeys((speaks_for, named)):
        if carrier is not None and carrier not in carriers:
            yield Reason("carrier-not-found", "carrier_id", {"id": carrier})
    if speaks_for is not None and named is not None and named != speaks_for:
        yield Reason("not-your-name", "carrier_id", {"carrier": speaks_for, "named": named})
    owner = speaks_for or named
    if shipment is not None and owner is not None and owner in carriers and shipment.carrier_id != owner:
        yield Reason("not-your-parcel", "tracking", {"tracking": report.tracking, "carrier": owner})
    if report.at.year < OLDEST:
        yield Reason("scan-too-old", "at", {"at": report.at.isoformat(), "year": OLDEST})
    ahead = timedelta(minutes=uow.setting(thresholds.scan_ahead_minutes))
    if report.at > uow.now + ahead:
        yield Reason("scan-from-the-future", "at", {"at": report.at.isoformat(), "now": uow.now.isoformat()})


def _scan(
    report: Report, shipment: Shipment | None, carriers: Mapping[str, Carrier], speaks_for: str | None, id: UUID
) -> Scan:
    carrier_id = shipment.carrier_id if shipment else speaks_for or report.carrier_id
    carrier = carriers.get(carrier_id or "") or _nobody
    return Scan(
        id=id,
        tracking=report.tracking,
        carrier_id=carrier_id,
        said=report.said,
        status=carrier.means(report.said),
        at=report.at,
        place=report.place,
        reason=report.reason,
    )


_nobody = Carrier(id="", name="")
"""Speaks our own words only: for numbers of which not even the carrier is known."""
