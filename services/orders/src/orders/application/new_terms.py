"""What an edit makes of goods and amounts: lines that stay keep their price, new ones are staff's (ORD-34)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from chassis.domain import Reason
from contracts.money import Money
from orders.application import thresholds
from orders.application.intake import NOTHING, Bounds, goods_reasons, sum_reasons
from orders.application.ports import Product, Work
from orders.application.pricing import Asked, priced
from orders.domain.agreement import Agreement, Payment
from orders.domain.lines import Line, goods_value


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOrder:
    """What is to be new; of goods and terms only the names in ``given`` count.

    ``expected``: the version that was read, None if the caller does not mind. ``contact`` and ``wishes`` hold only the
    parts to change. A line with the ``line_id`` of one the order has keeps it (and its price, unless a new one is
    named); others are goods that staff adds (ORD-34).
    """

    order: UUID | str
    expected: int | None
    given: frozenset[str]
    contact: Mapping[str, Any]
    wishes: Mapping[str, str | None] = field(default_factory=dict)
    lines: Sequence[Asked] = ()
    freight: Money = NOTHING
    discount: Money = NOTHING
    payment: Payment = Payment.COD


async def new_terms(command: EditOrder, before: Agreement, uow: Work) -> tuple[Agreement, list[Reason]]:
    """The terms as they would be, and everything that is wrong with them."""
    bounds = Bounds(currency=before.currency, largest_total=uow.setting(thresholds.largest_total), now=uow.now)
    freight = command.freight if "freight" in command.given else _money(before.freight, before)
    discount = command.discount if "discount" in command.given else _money(before.discount, before)
    if "lines" in command.given:
        asked, reasons = _filled(command.lines, before)
        products = await uow.orders.products({line.sku for line in asked if line.sku})
        reasons += goods_reasons(asked, freight, discount, products, bounds)
        lines = before.lines if reasons else _lines(asked, before, products, uow)
    else:
        lines = before.lines
        reasons = list(sum_reasons(goods_value(lines), freight, discount, bounds))
    if reasons:
        return before, reasons
    payment = command.payment if "payment" in command.given else before.payment
    return replace(before, lines=lines, freight=freight.amount, discount=discount.amount, payment=payment), []


def _filled(asked: Sequence[Asked], before: Agreement) -> tuple[list[Asked], list[Reason]]:
    """Lines that stay keep their price and discount where no new one is named; a line nobody knows is refused."""
    known = {line.id: line for line in before.lines}
    filled, reasons = [], []
    for place, line in enumerate(asked):
        old = known.get(line.line_id) if line.line_id is not None else None
        if line.line_id is not None and old is None:
            reasons.append(Reason("line-unknown", f"lines/{place}/line_id"))
        elif old is not None and line.sku in (None, old.sku):
            line = replace(
                line,
                sku=old.sku,
                quantity=old.quantity if line.quantity is None else line.quantity,
                unit_price=_money(old.unit_price, before) if line.unit_price is None else line.unit_price,
                discount=_money(old.discount, before) if line.discount is None else line.discount,
            )
        filled.append(line)
    return filled, reasons


def _lines(asked: Sequence[Asked], before: Agreement, products: Mapping[str, Product], uow: Work) -> tuple[Line, ...]:
    known = {line.id: line for line in before.lines}
    lines = []
    for line in asked:
        old = known.pop(line.line_id, None) if line.line_id is not None else None
        id, added = (old.id, old.staff_added) if old else (uow.new_id(), True)
        lines.append(priced(line, products[line.sku or ""], id, staff_added=added))
    return tuple(lines)


def _money(amount: int, agreement: Agreement) -> Money:
    return Money(amount=amount, currency=agreement.currency)
