"""Terms and tariffs as the JSON documents in which they are stored, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from shipping.domain.carrier import Service, Zone
from shipping.domain.scans import ScanStatus
from shipping.domain.terms import Line, Receiver, Terms


def terms_document(terms: Terms) -> dict[str, Any]:
    document: dict[str, Any] = to_jsonable_python(terms)
    return document


def terms_from(document: Mapping[str, Any]) -> Terms:
    rest = {name: value for name, value in document.items() if name not in ("receiver", "lines")}
    return Terms(
        receiver=Receiver(**document["receiver"]),
        lines=tuple(Line(**{**line, "line_id": UUID(line["line_id"])}) for line in document["lines"]),
        **rest,
    )


def services_document(services: Sequence[Service]) -> list[dict[str, Any]]:
    return [
        {
            "code": service.code,
            "name": service.name,
            "max_weight_g": service.max_weight_g,
            "zones": [
                {
                    "provinces": sorted(zone.provinces),
                    "first_g": zone.first_g,
                    "first_fee": zone.first_fee,
                    "step_g": zone.step_g,
                    "step_fee": zone.step_fee,
                }
                for zone in service.zones
            ],
        }
        for service in services
    ]


@lru_cache(maxsize=256)
def services_from(document: str) -> tuple[Service, ...]:
    """Parsed once per text: every batch that makes shipments reads all tariffs, and they seldom change."""
    return tuple(
        Service(
            code=service["code"],
            name=service["name"],
            max_weight_g=service["max_weight_g"],
            zones=tuple(
                Zone(
                    provinces=frozenset(zone["provinces"]),
                    first_g=zone["first_g"],
                    first_fee=zone["first_fee"],
                    step_g=zone["step_g"],
                    step_fee=zone["step_fee"],
                )
                for zone in service["zones"]
            ),
        )
        for service in json.loads(document)
    )


def status_map_document(status_map: Mapping[str, ScanStatus]) -> dict[str, str]:
    return {word: status.value for word, status in status_map.items()}


def status_map_from(document: Mapping[str, str]) -> dict[str, ScanStatus]:
    return {word: ScanStatus(status) for word, status in document.items()}
