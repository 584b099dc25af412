"""A parcel as the floor sees it, with the slip of its order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from contracts import Money
from inventory.adapters.queries import floor
from inventory.domain.parcel import ParcelState
from inventory.entrypoints.shapes import Read


class ParcelLineView(BaseModel):
    line_id: UUID
    sku: str
    name: str | None
    barcode: str | None
    quantity: int


class SlipView(BaseModel):
    """What is printed for the order (ORD-09, INV-10): for whom, the newest address, the special note."""

    contact: Mapping[str, Any] | None
    note: str | None
    carrier_choice: str | None
    cod: Money


class ParcelView(BaseModel):
    """Weights are gross grams; nothing is expected where a product was never weighed."""

    id: UUID
    order_id: UUID
    order_code: str | None
    wave_id: UUID | None
    location_id: str
    state: ParcelState
    lines: list[ParcelLineView]
    slip: SlipView
    shipment_id: UUID | None
    tracking: str | None
    carrier_id: str | None
    carrier_name: str | None
    weight_g: int | None
    expected_weight_g: int | None
    weight_reason: str | None
    stop_reason: str | None
    made_at: AwareDatetime
    packed_at: AwareDatetime | None
    packed_by: str | None
    version: int


_PLAIN = (
    "id",
    "order_id",
    "wave_id",
    "location_id",
    "state",
    "shipment_id",
    "tracking",
    "carrier_id",
    "carrier_name",
    "weight_g",
    "expected_weight_g",
    "weight_reason",
    "stop_reason",
    "made_at",
    "packed_at",
    "packed_by",
    "version",
)


async def parcel_views(rows: Sequence[Any], uow: Read) -> list[ParcelView]:
    """The rows of ``parcels_page`` with their lines, in the same order."""
    lines: dict[UUID, list[ParcelLineView]] = {row.id: [] for row in rows}
    for line in await floor.lines_of_parcels(uow.connection, list(lines)):
        lines[line.parcel_id].append(
            ParcelLineView(
                line_id=line.line_id, sku=line.sku, name=line.name, barcode=line.barcode, quantity=line.quantity
            )
        )
    return [
        ParcelView(
            **{name: getattr(row, name) for name in _PLAIN},
            order_code=row.code,
            lines=lines[row.id],
            slip=SlipView(
                contact=row.contact,
                note=row.note,
                carrier_choice=row.carrier_choice,
                cod=Money(amount=row.cod or 0),
            ),
        )
        for row in rows
    ]
