"""What a SKU's stock is worth: quantity and total value over all locations, never a rounded unit cost.

A unit cost would round at every issue and the differences would add up to goods without value, or value without
goods. Here every issue takes its share of what is left, so the last unit takes the rest and nothing remains.
"""

from dataclasses import dataclass


def share(amount: int, part: int, whole: int) -> int:
    """``part / whole`` of an amount in đồng that is not negative, rounded half up."""
    if not 0 <= part <= whole or whole <= 0 or amount < 0:
        raise ValueError(f"{part} of {whole} is no share of {amount}")
    return (2 * amount * part + whole) // (2 * whole)


@dataclass(slots=True)
class Worth:
    """Units and đồng of one SKU. ``value`` is 0 where there is no unit."""

    quantity: int = 0
    value: int = 0

    def put(self, quantity: int, value: int) -> None:
        """Units come in at their own value."""
        if quantity < 0 or value < 0:
            raise ValueError("what comes in is not negative")
        self.quantity += quantity
        self.value += value

    def part(self, quantity: int) -> int:
        """What so many of the units are worth. Raises ``ValueError`` for more than there are."""
        return share(self.value, quantity, self.quantity) if quantity else 0

    def take(self, quantity: int) -> int:
        """Units leave; their value, as :meth:`part` says."""
        value = self.part(quantity)
        self.quantity -= quantity
        self.value -= value
        return value

    def at_average(self, quantity: int) -> int:
        """What so many more units would be worth at today's average; 0 where nothing is there to compare with."""
        return (2 * self.value * quantity + self.quantity) // (2 * self.quantity) if self.quantity else 0
