"""The vouchers of stock moves. Inventory says what a move is worth; the books repeat exactly that.

Receipts stand against the supplier, issues and returns against the cost of goods sold. What a count, a correction or a
find adds is other income (711), what it takes away other expense (811).
"""

from datetime import date
from uuid import UUID

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Entry, Fact, Line, Series

_AGAINST = {"receipt": Role.SUPPLIER, "issue": Role.COST_OF_GOODS, "return": Role.COST_OF_GOODS}


def entry_of_move(
    chart: Chart,
    *,
    move_id: UUID,
    kind: str,
    sku: str,
    quantity: int,
    value: int,
    currency: str,
    order_id: UUID | None,
    document: str | None,
    day: date,
) -> Entry | None:
    """One move, one voucher. ``value`` has the sign of the stock's change; a move worth nothing has no voucher."""
    against = _AGAINST.get(kind) or (Role.OTHER_INCOME if value > 0 else Role.OTHER_EXPENSE)
    return Entry.of(
        Series.STOCK_IN if value > 0 else Series.STOCK_OUT,
        Fact("stock-move", str(move_id)),
        day,
        f"{kind} {sku} × {quantity}" + (f" ({document})" if document else ""),
        (
            Line(account=chart[Role.STOCK], amount=value, currency=currency, order_id=order_id, note=sku),
            Line(account=chart[against], amount=-value, currency=currency, order_id=order_id, note=sku),
        ),
        order_id=order_id,
    )
