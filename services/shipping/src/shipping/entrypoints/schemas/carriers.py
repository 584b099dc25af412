"""Carriers, tariffs and number ranges, as callers write and read them. Fees in tariffs are whole đồng."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.domain import Reason
from shipping.adapters.carriers import range_from
from shipping.application.keep_carriers import AddRange, ChangeCarrier
from shipping.domain.carrier import BadTariff, Carrier, Service, Zone
from shipping.domain.numbers import CheckDigit
from shipping.domain.provinces import by_code, province_of
from shipping.domain.scans import ScanStatus

CarrierId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
"""Also the last part of the carrier's door (``shipping.carrier-scan.v1.<id>``)."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Grams = Annotated[int, Field(ge=1, le=1_000_000)]
Dong = Annotated[int, Field(ge=0, le=100_000_000)]
EVERYWHERE = "*"


class ZoneBody(BaseModel):
    """``provinces`` by name (old or new, with or without accents) or code; ``["*"]`` or none at all: everywhere."""

    model_config = ConfigDict(extra="forbid")

    provinces: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    first_g: Grams = 500
    first_fee: Dong
    step_g: Grams = 500
    step_fee: Dong = 0


class ServiceBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=50)]
    name: Name
    max_weight_g: Grams = 30_000
    zones: Annotated[list[ZoneBody], Field(min_length=1, max_length=100)]


class RangeBody(BaseModel):
    """Tracking numbers handed out by the carrier: ``prefix``, ``width`` digits, check digit, ``suffix``."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"prefix": "GHN", "width": 9, "first": 1, "last": 100000}]}
    )

    prefix: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9-]*$")] = ""
    suffix: Annotated[str, Field(max_length=10, pattern=r"^[A-Za-z0-9-]*$")] = ""
    width: Annotated[int, Field(ge=1, le=18)]
    first: Annotated[int, Field(ge=0, lt=10**18)]
    last: Annotated[int, Field(ge=0, lt=10**18)]
    check: CheckDigit = CheckDigit.NONE

    def command(self) -> AddRange:
        return AddRange(
            prefix=self.prefix,
            suffix=self.suffix,
            width=self.width,
            first=self.first,
            last=self.last,
            check=self.check,
        )


StatusMap = Annotated[dict[Annotated[str, Field(min_length=1, max_length=64)], ScanStatus], Field(max_length=500)]
KeyIds = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=1000)]
Services = Annotated[list[ServiceBody], Field(max_length=50)]


class AddCarrierBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "ghn",
                    "name": "Giao Hàng Nhanh",
                    "use_when": "Nội thành, cần nhanh",
                    "services": [
                        {
                            "code": "standard",
                            "name": "Chuẩn",
                            "zones": [
                                {"provinces": ["Hà Nội", "TP.HCM"], "first_fee": 22000, "step_fee": 2500},
                                {"provinces": ["*"], "first_fee": 32000, "step_fee": 5000},
                            ],
                        }
                    ],
                    "ranges": [{"prefix": "GHN", "width": 9, "first": 1, "last": 100000}],
                    "status_map": {"Giao thành công": "delivered", "Khách không nhận": "refused"},
                }
            ]
        },
    )

    id: CarrierId
    name: Name
    active: bool = True
    use_when: Annotated[str, Field(max_length=500)] = ""
    services: Services = []
    status_map: StatusMap = {}
    key_ids: KeyIds = []
    ranges: Annotated[list[RangeBody], Field(max_length=100)] = []

    def carrier(self) -> Carrier:
        return Carrier(
            id=self.id,
            name=self.name,
            active=self.active,
            use_when=self.use_when,
            services=services_of(self.services),
            status_map=self.status_map,
            key_ids=frozenset(self.key_ids),
        )


class ChangeCarrierBody(BaseModel):
    """What is left out stays. ``services``, ``status_map`` and ``key_ids`` replace the whole."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": False}]})

    name: Name | None = None
    active: bool | None = None
    use_when: Annotated[str, Field(max_length=500)] | None = None
    services: Services | None = None
    status_map: StatusMap | None = None
    key_ids: KeyIds | None = None

    def command(self) -> ChangeCarrier:
        return ChangeCarrier(
            name=self.name,
            active=self.active,
            use_when=self.use_when,
            services=None if self.services is None else services_of(self.services),
            status_map=self.status_map,
            key_ids=None if self.key_ids is None else frozenset(self.key_ids),
        )


class RangeView(BaseModel):
    """``next`` is what is given out next, as the carrier prints it; ``None`` when the range is used up."""

    id: UUID
    prefix: str
    suffix: str
    width: int
    first: int
    last: int
    check: CheckDigit
    next: str | None
    left: int

    @classmethod
    def of(cls, row: Any) -> RangeView:
        made = range_from(row)
        return cls(
            id=made.id,
            prefix=made.prefix,
            suffix=made.suffix,
            width=made.width,
            first=made.first,
            last=made.last,
            check=made.check,
            next=made.tracking(made.next) if made.left else None,
            left=made.left,
        )


class CarrierView(BaseModel):
    """``numbers_left`` over all ranges; ``numbers_low`` when they run out."""

    id: str
    name: str
    active: bool
    use_when: str
    services: list[ServiceBody]
    status_map: dict[str, ScanStatus]
    key_ids: list[str]
    ranges: list[RangeView]
    numbers_left: int
    numbers_low: bool
    version: int

    @classmethod
    def of(cls, carrier: Carrier, ranges: Sequence[Any], low: int) -> CarrierView:
        views = [RangeView.of(row) for row in ranges if row.carrier_id == carrier.id]
        left = sum(view.left for view in views)
        return cls(
            id=carrier.id,
            name=carrier.name,
            active=carrier.active,
            use_when=carrier.use_when,
            services=[_service_view(service) for service in carrier.services],
            status_map=dict(carrier.status_map),
            key_ids=sorted(carrier.key_ids),
            ranges=views,
            numbers_left=left,
            numbers_low=left < low,
            version=carrier.version,
        )


def services_of(bodies: Sequence[ServiceBody]) -> tuple[Service, ...]:
    """Raises ``BadTariff`` naming every province nobody knows."""
    unknown = [
        Reason("province-unknown", f"services/{i}/zones/{j}/provinces/{k}", {"province": name})
        for i, service in enumerate(bodies)
        for j, zone in enumerate(service.zones)
        for k, name in enumerate(zone.provinces)
        if name != EVERYWHERE and province_of(name) is None
    ]
    if unknown:
        raise BadTariff(unknown)
    return tuple(
        Service(
            code=service.code,
            name=service.name,
            max_weight_g=service.max_weight_g,
            zones=tuple(
                Zone(
                    provinces=_codes(zone.provinces),
                    first_g=zone.first_g,
                    first_fee=zone.first_fee,
                    step_g=zone.step_g,
                    step_fee=zone.step_fee,
                )
                for zone in service.zones
            ),
        )
        for service in bodies
    )


def _codes(names: Sequence[str]) -> frozenset[str]:
    if EVERYWHERE in names:
        return frozenset()
    return frozenset(found.code for name in names if (found := province_of(name)) is not None)


def _service_view(service: Service) -> ServiceBody:
    return ServiceBody(
        code=service.code,
        name=service.name,
        max_weight_g=service.max_weight_g,
        zones=[
            ZoneBody(
                provinces=[by_code[code].name for code in sorted(zone.provinces)] or [EVERYWHERE],
                first_g=zone.first_g,
                first_fee=zone.first_fee,
                step_g=zone.step_g,
                step_fee=zone.step_fee,
            )
            for zone in service.zones
        ],
    )
