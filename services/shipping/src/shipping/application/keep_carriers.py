"""Carriers as people keep them: who there is, what they charge, the numbers they handed out (SHP-01, SHP-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipping.application.ports import Work
from shipping.application.report_scans import apply_new_meanings
from shipping.domain.carrier import Carrier, Service
from shipping.domain.numbers import CheckDigit, NumberRange
from shipping.domain.scans import ScanStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCarrier:
    """What is ``None`` stays as it is."""

    name: str | None = None
    active: bool | None = None
    use_when: str | None = None
    services: tuple[Service, ...] | None = None
    status_map: Mapping[str, ScanStatus] | None = None
    key_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRange:
    """Numbers that the carrier handed out: ``first`` to ``last``, both included."""

    prefix: str
    first: int
    last: int
    width: int
    suffix: str = ""
    check: CheckDigit = CheckDigit.NONE


async def add_carrier(carrier: Carrier, uow: Work) -> Carrier:
    """Raises ``CarrierExists`` or ``BadTariff``."""
    carrier.check()
    await uow.carriers.add(carrier)
    uow.audit("add", "carrier", carrier.id, after={"name": carrier.name})
    return carrier


async def change_carrier(carrier: Carrier, change: ChangeCarrier, uow: Work) -> Carrier:
    """New terms of a locked carrier. Scans that waited for the meaning of a word are applied at once."""
    before = {"name": carrier.name, "active": carrier.active}
    carrier.change(
        name=change.name,
        active=change.active,
        use_when=change.use_when,
        services=change.services,
        status_map=change.status_map,
        key_ids=change.key_ids,
    )
    await uow.carriers.save(carrier)
    if change.status_map is not None:
        await apply_new_meanings(carrier, uow)
    uow.audit("change", "carrier", carrier.id, before=before, after={"name": carrier.name, "active": carrier.active})
    return carrier


async def add_range(carrier_id: str, new: AddRange, uow: Work) -> NumberRange:
    """Numbers to give out, after those that are there already. Raises ``RangeOverlaps`` or ``BadRange``."""
    carrier = await uow.carriers.get(carrier_id)
    made = NumberRange(
        id=uow.new_id(),
        carrier_id=carrier.id,
        prefix=new.prefix,
        suffix=new.suffix,
        width=new.width,
        first=new.first,
        last=new.last,
        next=new.first,
        check=new.check,
    )
    await uow.number_ranges.add(made)
    uow.audit("add", "number-range", made.id, after={"carrier": carrier.id, "first": made.first, "last": made.last})
    return made
