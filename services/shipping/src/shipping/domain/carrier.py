"""Carriers: what they offer, where they go, what they charge and how they speak (SHP-01)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chassis.domain import Aggregate, Conflict, Invalid, NotFound, Reason
from shipping.domain.provinces import folded
from shipping.domain.scans import ScanStatus


class CarrierNotFound(NotFound):
    """No carrier has this id."""


class CarrierExists(Conflict):
    """The id is taken."""


class BadTariff(Invalid):
    """The services or tariffs contradict themselves; each place is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A price for some provinces: up to ``first_g`` grams ``first_fee``, then ``step_fee`` per started ``step_g``.

    ``provinces`` are codes; an empty set means everywhere. Fees are in whole đồng.
    """

    provinces: frozenset[str] = frozenset()
    first_g: int
    first_fee: int
    step_g: int = 500
    step_fee: int = 0

    def fee(self, weight_g: int) -> int:
        over = max(0, weight_g - self.first_g)
        return self.first_fee + -(-over // self.step_g) * self.step_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One way in which a carrier ships. A province named in a zone takes its price before one that means everywhere."""

    code: str
    name: str
    max_weight_g: int = 30_000
    zones: tuple[Zone, ...]

    def fee(self, province: str, weight_g: int) -> int | None:
        """The postage, or ``None`` if the service does not reach there or does not take that weight."""
        if weight_g > self.max_weight_g:
            return None
        zone = self._zone(province)
        return zone.fee(weight_g) if zone else None

    def reaches(self, province: str) -> bool:
        return self._zone(province) is not None

    def _zone(self, province: str) -> Zone | None:
        everywhere = None
        for zone in self.zones:
            if province in zone.provinces:
                return zone
            if not zone.provinces:
                everywhere = everywhere or zone
        return everywhere


@dataclass(eq=False, kw_only=True)
class Carrier(Aggregate):
    """A company that carries parcels. ``use_when`` says in people's words when to hire it.

    ``status_map`` turns its words into ours. ``key_ids`` are the API keys that speak for it: such a key may report
    only on the carrier's own parcels.
    """

    id: str
    name: str
    active: bool = True
    use_when: str = ""
    services: tuple[Service, ...] = ()
    status_map: Mapping[str, ScanStatus] = dataclasses.field(default_factory=dict)
    key_ids: frozenset[str] = frozenset()
    version: int = 1

    def __post_init__(self) -> None:
        self._meanings = _meanings(self.status_map)

    def service(self, code: str) -> Service | None:
        return next((service for service in self.services if service.code == code), None)

    def means(self, word: str) -> ScanStatus | None:
        """What the carrier says with a word; upper case, accents and punctuation make no difference."""
        return self._meanings.get(folded(word))

    def answers_to(self, choice: str) -> bool:
        """Whether a customer who writes ``choice`` means this carrier."""
        wanted = folded(choice)
        return bool(wanted) and wanted in (folded(self.id), folded(self.name))

    def change(
        self,
        *,
        name: str | None = None,
        active: bool | None = None,
        use_when: str | None = None,
        services: tuple[Service, ...] | None = None,
        status_map: Mapping[str, ScanStatus] | None = None,
        key_ids: frozenset[str] | None = None,
    ) -> None:
        """New terms. What is ``None`` stays. Shipments that are already made keep their service and fee."""
        self.name = self.name if name is None else name
        self.active = self.active if active is None else active
        self.use_when = self.use_when if use_when is None else use_when
        self.services = self.services if services is None else services
        self.key_ids = self.key_ids if key_ids is None else key_ids
        if status_map is not None:
            self.status_map = status_map
            self._meanings = _meanings(status_map)
        self.check()

    def check(self) -> None:
        """Raises ``BadTariff`` if a code or a province stands twice, or a word of the status map has no letters."""
        if wrong := [*_contradictions(self.services), *_speechless(self.status_map)]:
            raise BadTariff(wrong)


def _meanings(status_map: Mapping[str, ScanStatus]) -> dict[str, ScanStatus]:
    own = {folded(status.value): status for status in ScanStatus}
    return own | {folded(word): status for word, status in status_map.items()}


def _contradictions(services: tuple[Service, ...]) -> Iterator[Reason]:
    codes: set[str] = set()
    for place, service in enumerate(services):
        if service.code in codes:
            yield Reason("service-twice", f"services/{place}/code", {"service": service.code})
        codes.add(service.code)
        seen: set[str] = set()
        everywhere = 0
        for number, zone in enumerate(service.zones):
            everywhere += not zone.provinces
            if twice := sorted(zone.provinces & seen):
                yield Reason("province-twice", f"services/{place}/zones/{number}/provinces", {"provinces": twice})
            if not zone.provinces and everywhere > 1:
                yield Reason("everywhere-twice", f"services/{place}/zones/{number}/provinces", {})
            seen |= zone.provinces


def _speechless(status_map: Mapping[str, ScanStatus]) -> Iterator[Reason]:
    for word in status_map:
        if not folded(word):
            yield Reason("empty-word", f"status_map/{word}", {"word": word})
