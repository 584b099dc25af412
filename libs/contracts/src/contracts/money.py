"""Amounts of money. Whole units of a currency and its code, never a float."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Amount = Annotated[int, Field(ge=-(10**15), le=10**15)]


class Money(BaseModel):
    """An amount in the smallest unit that is used in trade: whole đồng for VND.

    Arithmetic between two currencies is refused with ``ValueError``; nothing converts silently.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    amount: Amount
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "VND"

    @classmethod
    def zero(cls, currency: str = "VND") -> Self:
        return cls(amount=0, currency=currency)

    @classmethod
    def total(cls, parts: Iterable["Money"], currency: str = "VND") -> "Money":
        """The sum; ``currency`` says in which an empty sum is zero."""
        result: Money | None = None
        for part in parts:
            result = part if result is None else result + part
        return result if result is not None else Money.zero(currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(amount=-self.amount, currency=self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(amount=self.amount * factor, currency=self.currency)

    def share(self, part: int, whole: int) -> "Money":
        """``part / whole`` of this amount, rounded half up (away from zero for negative amounts)."""
        if whole <= 0:
            raise ValueError("a share needs a positive whole")
        product = abs(self.amount) * part
        rounded = (2 * product + whole) // (2 * whole)
        return Money(amount=rounded if self.amount >= 0 else -rounded, currency=self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0


def _as_money(value: Any) -> Any:
    return {"amount": value} if isinstance(value, int) and not isinstance(value, bool) else value


WrittenMoney = Annotated[Money, BeforeValidator(_as_money, json_schema_input_type=Money | int)]
"""An amount as people hand it in: ``{"amount": 150000, "currency": "VND"}``; a plain whole number means đồng."""
