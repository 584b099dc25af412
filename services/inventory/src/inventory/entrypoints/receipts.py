"""Goods in, over HTTP (INV-06)."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from chassis.security import Principal, requires
from contracts import Money
from inventory.application.receive_goods import receive_goods
from inventory.domain.receipt import Receipt, ReceiptLine
from inventory.entrypoints.shapes import Dong, LocationId, Note, Sku, Units, Uow

router = APIRouter(tags=["inventory"])

MOST_LINES = 500
_VALUE_LIMIT = 10**15


class ReceiptLineBody(BaseModel):
    """One of ``unit_cost`` and ``total_value``; the total may not divide evenly."""

    model_config = ConfigDict(extra="forbid")

    sku: Sku
    quantity: Units
    unit_cost: Dong | None = None
    total_value: Dong | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.unit_cost is None) == (self.total_value is None):
            raise PydanticCustomError("cost_once", "Say either unit_cost or total_value.")
        if self.value > _VALUE_LIMIT:
            raise PydanticCustomError("value_absurd", "This line costs more than can be meant.")
        return self

    @property
    def value(self) -> int:
        if self.total_value is not None:
            return self.total_value.amount
        return self.unit_cost.amount * self.quantity if self.unit_cost is not None else 0


class ReceiptBody(BaseModel):
    """``document`` is the number on the paper: the same again books nothing and gets the first answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "document": "PN-2511-0042",
                    "supplier": "Xưởng may Tân Bình",
                    "location_id": "KHO",
                    "lines": [{"sku": "AO-L", "quantity": 12, "unit_cost": 50000}],
                }
            ]
        },
    )

    document: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
    supplier: Annotated[str, Field(min_length=1, max_length=200)]
    location_id: LocationId = "KHO"
    lines: Annotated[list[ReceiptLineBody], Field(min_length=1, max_length=MOST_LINES)]
    note: Note | None = None


class ReceiptLineView(BaseModel):
    sku: str
    quantity: int
    value: Money


class ReceiptView(BaseModel):
    document: str
    supplier: str
    location_id: str
    lines: list[ReceiptLineView]
    value: Money
    note: str | None
    received_at: AwareDatetime
    received_by: str


@router.post(
    "/inventory/receipts",
    status_code=201,
    responses={200: {"model": ReceiptView, "description": "booked before"}},
)
async def receive(
    body: ReceiptBody, response: Response, uow: Uow, who: Annotated[Principal, requires("stock:write")]
) -> ReceiptView:
    """Book a supplier's lot. Orders that wait for it are served in the same moment. 200 if it was booked before."""
    receipt = Receipt(
        id=uow.new_id(),
        document=body.document,
        supplier=body.supplier,
        location_id=body.location_id,
        lines=tuple(ReceiptLine(line.sku, line.quantity, line.value) for line in body.lines),
        note=body.note,
        received_at=uow.now,
        received_by=who.name or who.subject,
    )
    booked, new = await receive_goods(receipt, uow)
    if not new:
        response.status_code = 200
    return ReceiptView(
        document=booked.document,
        supplier=booked.supplier,
        location_id=booked.location_id,
        lines=[
            ReceiptLineView(sku=line.sku, quantity=line.quantity, value=Money(amount=line.value))
            for line in booked.lines
        ],
        value=Money(amount=sum(line.value for line in booked.lines)),
        note=booked.note,
        received_at=booked.received_at,
        received_by=booked.received_by,
    )
