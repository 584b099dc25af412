"""Which carriers can take a parcel and for how much; the customer's choice goes first, then the cheapest (SHP-02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shipping.domain.carrier import Carrier
from shipping.domain.provinces import Province, province_of


class Obstacle(StrEnum):
    """Why no shipment can be made. Each has its own way out, told in the list of orders that wait for one."""

    PROVINCE_UNKNOWN = "province-unknown"
    NOT_REACHED = "not-reached"
    TOO_HEAVY = "too-heavy"
    NUMBERS_EXHAUSTED = "numbers-exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One offer: a carrier's service and its postage in whole đồng."""

    carrier_id: str
    carrier_name: str
    service: str
    service_name: str
    fee: int
    use_when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """All offers for one parcel, cheapest first. ``obstacle`` says why there is none."""

    province: Province | None
    quotes: tuple[Quote, ...]
    obstacle: Obstacle | None


def offers(carriers: Iterable[Carrier], province: str, weight_g: int) -> Offers:
    """What active carriers ask for a parcel to ``province`` (as the customer wrote it)."""
    there = province_of(province)
    if there is None:
        return Offers(province=None, quotes=(), obstacle=Obstacle.PROVINCE_UNKNOWN)
    reached = False
    found: list[Quote] = []
    for carrier in carriers:
        if not carrier.active:
            continue
        for service in carrier.services:
            reached = reached or service.reaches(there.code)
            fee = service.fee(there.code, weight_g)
            if fee is not None:
                found.append(
                    Quote(
                        carrier_id=carrier.id,
                        carrier_name=carrier.name,
                        service=service.code,
                        service_name=service.name,
                        fee=fee,
                        use_when=carrier.use_when,
                    )
                )
    found.sort(key=lambda quote: (quote.fee, quote.carrier_id, quote.service))
    obstacle = None if found else Obstacle.TOO_HEAVY if reached else Obstacle.NOT_REACHED
    return Offers(province=there, quotes=tuple(found), obstacle=obstacle)


def by_preference(quotes: Sequence[Quote], *choices: frozenset[str]) -> list[Quote]:
    """The offers in the order in which to try them: each choice (carrier ids) before the next, then by price."""

    def rank(offer: Quote) -> tuple[object, ...]:
        return (*(offer.carrier_id not in choice for choice in choices), offer.fee, offer.carrier_id, offer.service)

    return sorted(quotes, key=rank)
