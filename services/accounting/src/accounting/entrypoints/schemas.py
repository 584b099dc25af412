"""Bodies of requests. Amounts are whole units of ``currency`` (đồng)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from accounting.domain.matching import Resolution
from accounting.domain.payment import Method
from accounting.domain.refund import RefundKind

Amount = Annotated[int, Field(gt=0, le=10**12)]
AmountOrZero = Annotated[int, Field(ge=0, le=10**12)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Tracking = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class Asked(BaseModel):
    """A body says only what its route knows."""

    model_config = ConfigDict(extra="forbid")


class _OfOrder(Asked):
    order_id: UUID | None = None
    order_code: Code | None = None

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if (self.order_id is None) == (self.order_code is None):
            raise PydanticCustomError("order_not_named", "name the order by order_id or by order_code, by one of them")
        return self


class PaymentBody(_OfOrder):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "order_code": "DH2511220042",
                    "amount": 450000,
                    "method": "bank_transfer",
                    "reference": "FT25326123456",
                }
            ]
        },
    )

    amount: Amount
    currency: Currency = "VND"
    method: Method = Method.BANK_TRANSFER
    reference: Reference
    received_on: date | None = None
    note: Annotated[str, Field(max_length=500)] | None = None


class RefundBody(_OfOrder):
    kind: RefundKind = RefundKind.PARTIAL
    amount: Amount | None = None
    reason: Why


class DecisionBody(Asked):
    note: Why | None = None


class ReasonBody(Asked):
    reason: Why


class PayRefundBody(Asked):
    method: Method = Method.BANK_TRANSFER
    reference: Reference
    paid_on: date | None = None


class StatementHead(Asked):
    """``delivered_until`` (and ``delivered_from``) say which deliveries the statement covers; deliveries of these
    days that it does not name are then shown as missing."""

    carrier_id: Code
    reference: Reference
    currency: Currency = "VND"
    delivered_from: date | None = None
    delivered_until: date | None = None


class StatementLineBody(Asked):
    """``reference`` is the carrier's own mark of the line; the same one again is the same line."""

    reference: Reference | None = None
    tracking: Tracking
    cod: AmountOrZero
    fee: AmountOrZero = 0
    status: Literal["delivered", "returned", "lost"] | None = None


class StatementBody(StatementHead):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "carrier_id": "ghn",
                    "reference": "GHN-2025-11-22",
                    "delivered_until": "2025-11-21",
                    "lines": [{"reference": "1", "tracking": "GHN000000017", "cod": 450000, "fee": 22000}],
                }
            ]
        },
    )

    lines: Annotated[list[StatementLineBody], Field(min_length=1)]


class CorrectionBody(Asked):
    """Figures that were misread (``tracking``, ``cod``, ``fee``), what is done about the difference, or both."""

    reason: Why
    tracking: Tracking | None = None
    cod: AmountOrZero | None = None
    fee: AmountOrZero | None = None
    resolution: Resolution | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value is None for value in (self.tracking, self.cod, self.fee, self.resolution)):
            raise PydanticCustomError("correction_empty", "give a figure or a resolution")
        return self


class ReceiveBody(Asked):
    """Below zero where the carrier's fees exceed the COD and we paid."""

    amount: Annotated[int, Field(ge=-(10**12), le=10**12)]
    reference: Reference
    received_on: date | None = None

    @model_validator(mode="after")
    def _not_nothing(self) -> Self:
        if not self.amount:
            raise PydanticCustomError("amount_zero", "no money is no receipt")
        return self


class CodCorrectionBody(Asked):
    order_id: UUID
    shipment_id: UUID
    cod: AmountOrZero
    reason: Why


class VoucherLineBody(Asked):
    account: Code
    debit: AmountOrZero = 0
    credit: AmountOrZero = 0
    order_id: UUID | None = None
    note: Annotated[str, Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.debit > 0) == (self.credit > 0):
            raise PydanticCustomError("one_side", "a line is either a debit or a credit")
        return self


class VoucherBody(Asked):
    day: date | None = None
    memo: Why
    currency: Currency = "VND"
    lines: Annotated[list[VoucherLineBody], Field(min_length=2, max_length=500)]


class ReverseBody(ReasonBody):
    day: date | None = None


class AccountBody(Asked):
    code: Annotated[str, Field(pattern="^[0-9]{3,8}$")]
    name: Why
    name_en: Why
    kind: Literal["asset", "liability", "equity", "revenue", "deduction", "expense"]


class AccountEditBody(Asked):
    name: Why | None = None
    name_en: Why | None = None
    active: bool | None = None


class RoleBody(ReasonBody):
    account: Annotated[str, Field(pattern="^[0-9]{3,8}$")]
