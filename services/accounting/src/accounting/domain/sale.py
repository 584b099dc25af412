"""Revenue is earned when the customer has the goods and taken back when they return (ACC-06).

Prices include VAT. Each line's tax is rounded by itself; the journal shows net revenue and tax per rate. What comes
back in parts is credited in slices that sum to the line exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Entry, Fact, Line, Series
from accounting.domain.vat import apportioned, slice_of, vat_in


@dataclass(slots=True, kw_only=True)
class SoldLine:
    """Goods of one line in one shipment; ``amount`` includes VAT. ``returned`` of ``quantity`` units were credited."""

    line_id: UUID
    sku: str
    quantity: int
    amount: int
    vat_rate_bp: int
    returned: int = 0

    @property
    def vat(self) -> int:
        return vat_in(self.amount, self.vat_rate_bp)

    def take_back(self, quantity: int) -> tuple[int, int]:
        """Gross and VAT of ``quantity`` units that came back; never more units than are still sold."""
        units = min(quantity, self.quantity - self.returned)
        gross = slice_of(self.amount, self.returned, units, self.quantity)
        vat = slice_of(self.vat, self.returned, units, self.quantity)
        self.returned += units
        return gross, vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A parcel that was signed for."""

    shipment_id: UUID
    order_id: UUID
    code: str
    carrier: str
    lines: Sequence[SoldLine]
    freight: int
    freight_vat_rate_bp: int
    cod: int
    currency: str
    day: date

    @property
    def gross(self) -> int:
        """What the customer owes for it, VAT included."""
        return sum(line.amount for line in self.lines) + self.freight


def entry_of_delivery(chart: Chart, delivery: Delivery) -> Entry | None:
    """131 / 5111 + 33311 + freight, and what the carrier collected: 1388 / 131."""
    order, currency = delivery.order_id, delivery.currency
    goods: dict[int, int] = defaultdict(int)
    tax: dict[int, int] = defaultdict(int)
    for sold in delivery.lines:
        goods[sold.vat_rate_bp] += sold.amount - sold.vat
        tax[sold.vat_rate_bp] += sold.vat
    freight_tax = vat_in(delivery.freight, delivery.freight_vat_rate_bp)
    tax[delivery.freight_vat_rate_bp] += freight_tax

    def line(role: Role, amount: int, rate: int | None = None) -> Line:
        return Line(account=chart[role], amount=amount, currency=currency, order_id=order, vat_rate_bp=rate)

    return Entry.of(
        Series.SALE,
        Fact("delivery", str(delivery.shipment_id)),
        delivery.day,
        delivery.code,
        [
            line(Role.CUSTOMER, delivery.gross),
            *(line(Role.GOODS_REVENUE, -net, rate) for rate, net in sorted(goods.items())),
            line(Role.FREIGHT_REVENUE, -(delivery.freight - freight_tax), delivery.freight_vat_rate_bp),
            *(line(Role.OUTPUT_VAT, -vat, rate) for rate, vat in sorted(tax.items())),
            carrier_line(chart, delivery.carrier, delivery.shipment_id, order, delivery.cod, currency),
            line(Role.CUSTOMER, -delivery.cod),
        ],
        order_id=order,
    )


def carrier_line(
    chart: Chart, carrier: str, shipment_id: UUID | None, order_id: UUID | None, amount: int, currency: str
) -> Line:
    """What a carrier owes (debit) or has paid (credit) for one parcel: the open item of its sub-ledger."""
    return Line(
        account=chart[Role.CARRIER],
        amount=amount,
        currency=currency,
        order_id=order_id,
        partner=f"carrier:{carrier}",
        shipment_id=shipment_id,
    )


def entry_of_return(
    chart: Chart,
    *,
    return_id: UUID,
    order_id: UUID,
    code: str,
    sold: Mapping[UUID, SoldLine],
    came_back: Iterable[tuple[UUID, int]],
    currency: str,
    day: date,
) -> tuple[Entry | None, int]:
    """5212 + 33311 / 131 for the units that came back after delivery, and the gross that the customer is credited.

    Counts the units on ``sold``. A line that was never sold in this shipment is passed over.
    """
    net: dict[int, int] = defaultdict(int)
    tax: dict[int, int] = defaultdict(int)
    for line_id, quantity in came_back:
        if (line := sold.get(line_id)) is None:
            continue
        gross, vat = line.take_back(quantity)
        net[line.vat_rate_bp] += gross - vat
        tax[line.vat_rate_bp] += vat
    credited = sum(net.values()) + sum(tax.values())
    entry = Entry.of(
        Series.RETURN,
        Fact("return", str(return_id)),
        day,
        code,
        _credit(chart, Role.RETURNED_GOODS, net, tax, credited, order_id, currency),
        order_id=order_id,
    )
    return entry, credited


def entry_of_allowance(
    chart: Chart,
    *,
    refund_id: UUID,
    order_id: UUID,
    code: str,
    amount: int,
    sold: Sequence[SoldLine],
    currency: str,
    day: date,
) -> Entry | None:
    """5213 + 33311 / 131: a lower price for goods the customer keeps, spread over the lines as they were sold."""
    kept = [line for line in sold if line.amount > 0]
    net: dict[int, int] = defaultdict(int)
    tax: dict[int, int] = defaultdict(int)
    parts = apportioned(amount, [line.amount for line in kept]) if kept else []
    for line, part in zip(kept, parts, strict=True):
        vat = vat_in(part, line.vat_rate_bp)
        net[line.vat_rate_bp] += part - vat
        tax[line.vat_rate_bp] += vat
    if not kept:
        net[0] = amount
    return Entry.of(
        Series.RETURN,
        Fact("allowance", str(refund_id)),
        day,
        code,
        _credit(chart, Role.ALLOWANCE, net, tax, amount, order_id, currency),
        order_id=order_id,
    )


def _credit(
    chart: Chart,
    role: Role,
    net: Mapping[int, int],
    tax: Mapping[int, int],
    credited: int,
    order_id: UUID,
    currency: str,
) -> list[Line]:
    def line(account: Role, amount: int, rate: int | None = None) -> Line:
        return Line(account=chart[account], amount=amount, currency=currency, order_id=order_id, vat_rate_bp=rate)

    return [
        *(line(role, amount, rate) for rate, amount in sorted(net.items())),
        *(line(Role.OUTPUT_VAT, amount, rate) for rate, amount in sorted(tax.items())),
        line(Role.CUSTOMER, -credited),
    ]
