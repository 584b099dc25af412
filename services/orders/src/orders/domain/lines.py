"""Goods on an order and what the customer pays for them.

Invariant: the amounts of all lines plus freight are the order's total, to the đồng.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Amounts are whole units of the order's currency, VAT included. ``share``: this line's part of the order's
    discount. ``staff_added``: not in the customer's first request (ORD-34)."""

    id: UUID
    sku: str
    name: str
    quantity: int
    unit_price: int
    discount: int = 0
    share: int = 0
    vat_rate_bp: int = 0
    weight_g: int = 0
    staff_added: bool = False

    @property
    def net(self) -> int:
        """Before the order's own discount."""
        return self.quantity * self.unit_price - self.discount

    @property
    def amount(self) -> int:
        return self.net - self.share


def goods_value(lines: Iterable[Line]) -> int:
    """All lines before the order's own discount."""
    return sum(line.net for line in lines)


def with_shares(lines: Sequence[Line], discount: int) -> tuple[Line, ...]:
    """The lines with the order's discount shared pro rata. ``discount`` is at most the goods value."""
    shares = shared(discount, [line.net for line in lines])
    return tuple(replace(line, share=share) for line, share in zip(lines, shares, strict=True))


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` shared out by ``weights``, rounded half up; the last takes the rounding, the sum is exact (ORD-07).

    While ``amount`` is at most the sum of the weights, no share is above its own: what rounding would take from the
    last one beyond that comes from those before it. What is above the sum is the last one's.
    """
    whole, left = sum(weights), amount
    shares: list[int] = []
    for weight in weights[:-1]:
        rounded = (2 * amount * weight + whole) // (2 * whole) if whole else 0
        shares.append(min(rounded, left, weight))
        left -= shares[-1]
    shares.append(left)
    excess = max(0, left - weights[-1])
    for place in range(len(shares) - 2, -1, -1):
        more = min(excess, weights[place] - shares[place])
        shares[place] += more
        shares[-1] -= more
        excess -= more
    return shares
