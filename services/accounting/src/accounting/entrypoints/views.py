"""What the routes answer. Amounts are whole units of ``currency``."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PaymentView(View):
    id: UUID
    order_id: UUID
    amount: int
    currency: str
    method: str
    reference: str
    received_on: date
    recorded_at: datetime
    recorded_by: str
    note: str | None


class RefundView(View):
    id: UUID
    order_id: UUID
    kind: str
    amount: int
    currency: str
    reason: str
    state: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    method: str | None
    reference: str | None
    paid_on: date | None
    paid_by: str | None
    version: int


class StatementView(View):
    """``net`` is known once it is approved; ``open_amount`` is what of it has not come yet."""

    id: UUID
    carrier_id: str
    reference: str
    currency: str
    state: str
    delivered_from: date | None
    delivered_until: date | None
    imported_at: datetime
    imported_by: str
    approved_at: datetime | None
    approved_by: str | None
    posted_at: datetime | None
    net: int
    received: int
    version: int
    lines: int
    open_differences: int
    cod: int
    fee: int
    carried: int
    differences: dict[str, int]


class StatementLineView(View):
    number: int
    reference: str
    tracking: str
    cod: int
    fee: int
    status: str | None
    reported_tracking: str
    reported_cod: int
    reported_fee: int
    order_id: UUID | None
    shipment_id: UUID | None
    expected_cod: int
    expected_fee: int
    difference: str | None
    difference_amount: int
    resolution: str | None
    reason: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    remit: int
    carried: int
    received: int


class StatementWithLinesView(StatementView):
    """The first 200 lines; ``next`` leads to the rest at ``…/lines``."""

    items: list[StatementLineView]
    next: str | None


class ImportedView(StatementView):
    added: int
    repeated: int


class CorrectedLineView(View):
    statement: StatementView
    line: StatementLineView


class OpenItemView(View):
    """A parcel whose carrier owes us, or is to collect for us."""

    shipment_id: UUID
    order_id: UUID
    code: str | None
    carrier_id: str
    tracking: str
    road: str
    delivered_on: date | None
    cod: int
    owed: int
    pending: int
    currency: str


class CarrierDebtView(View):
    """``due`` is the carrier's balance on 1388; ``expected`` is on the road and not due yet."""

    carrier_id: str
    currency: str
    due: int
    due_parcels: int
    expected: int
    expected_parcels: int


class CorrectionView(View):
    id: UUID
    order_id: UUID
    shipment_id: UUID
    cod: int
    previous: int
    currency: str
    reason: str
    state: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None


class ParcelMoneyView(View):
    shipment_id: UUID
    carrier_id: str
    tracking: str
    road: str
    cod: int
    fee: int
    owed: int
    pending: int
    received: int
    fee_booked: int
    delivered_on: date | None


class OrderMoneyView(View):
    """``balance`` is what the customer owes; below zero we owe the customer."""

    order_id: UUID
    code: str | None
    currency: str
    known: bool
    total: int
    paid: int
    collected: int
    refunds_open: int
    refunded: int
    refundable: int
    revenue: int
    credited: int
    balance: int
    cancelled: bool
    reconciled_at: datetime | None
    shipments: list[ParcelMoneyView]


class CustomerBalanceView(View):
    """``balance`` is what the customer owes; below zero we owe the customer, ``refunds_open`` of it is asked back."""

    order_id: UUID
    code: str | None
    currency: str
    balance: int
    refunds_open: int
    cancelled: bool


class JournalLineView(View):
    line_no: int
    account: str
    debit: int
    credit: int
    currency: str
    order_id: UUID | None
    partner: str | None
    shipment_id: UUID | None
    vat_rate_bp: int | None
    note: str | None


class JournalEntryView(View):
    """``debit`` and ``credit`` are sums over all lines; ``lines`` holds those that were asked for, at most 200."""

    id: UUID
    number: str
    series: str
    fact_kind: str
    fact_id: str
    business_day: date
    posting_day: date
    period: str
    memo: str
    order_id: UUID | None
    reverses: UUID | None
    reversed_by: UUID | None
    actor: str
    recorded_at: datetime
    line_count: int
    debit: int
    credit: int
    lines: list[JournalLineView]


class VoucherView(JournalEntryView):
    next: str | None = None


class TrialBalanceRow(View):
    account: str
    name: str
    name_en: str
    currency: str
    opening_debit: int
    opening_credit: int
    debit: int
    credit: int
    closing_debit: int
    closing_credit: int


class TrialBalanceTotal(View):
    currency: str
    opening_debit: int
    opening_credit: int
    debit: int
    credit: int
    closing_debit: int
    closing_credit: int
    balanced: bool


class TrialBalanceView(View):
    first_day: date
    last_day: date
    rows: list[TrialBalanceRow]
    totals: list[TrialBalanceTotal]


class AccountView(View):
    code: str
    name: str
    name_en: str
    kind: str
    active: bool
    roles: list[str]
    version: int


class PeriodView(View):
    code: str
    state: str
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None
    version: int
