"""The chart of accounts: which account plays which part. The mapping is data; the code names only the parts.

The default codes are those of Circular 200/2014/TT-BTC (Vietnamese Accounting Standards).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chassis.domain import Conflict, NotFound


class AccountNotFound(NotFound):
    """There is no such account that may be posted to."""


class AccountExists(Conflict):
    """The code names an account already."""


class AccountInUse(Conflict):
    """Automatic postings go to the account."""


class Role(StrEnum):
    """A part that an account plays in the postings of this service."""

    BANK = "bank"
    CASH = "cash"
    CUSTOMER = "customer"
    CARRIER = "carrier"
    STOCK = "stock"
    SUPPLIER = "supplier"
    OUTPUT_VAT = "output_vat"
    UNIDENTIFIED = "unidentified"
    GOODS_REVENUE = "goods_revenue"
    FREIGHT_REVENUE = "freight_revenue"
    RETURNED_GOODS = "returned_goods"
    ALLOWANCE = "allowance"
    COST_OF_GOODS = "cost_of_goods"
    CARRIER_FEE = "carrier_fee"
    OTHER_INCOME = "other_income"
    OTHER_EXPENSE = "other_expense"


@dataclass(frozen=True, slots=True)
class Chart:
    """Role -> account code, as it is configured now."""

    accounts: Mapping[str, str]

    def __getitem__(self, role: Role) -> str:
        return self.accounts[role]

    @property
    def control(self) -> frozenset[str]:
        """Accounts whose balance is explained item by item elsewhere: only facts are posted to them, no hand."""
        kept = (Role.CUSTOMER, Role.CARRIER, Role.STOCK)
        return frozenset(self.accounts[role] for role in kept)
