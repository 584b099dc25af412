"""What customer care knows about a buyer that others must know too."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from contracts.event import Event, Personal
from contracts.party import Phone


class CustomerChanged(Event):
    """The whole of a customer's shared data (CRM-01, CRM-14). Compacted. An erased customer has no personal data left;
    whoever keeps a copy anonymises it."""

    topic: ClassVar[str] = "crm.customer.v1"
    key_field: ClassVar[str] = "customer_id"
    compacted: ClassVar[bool] = True

    type: Literal["customer.changed"] = "customer.changed"
    customer_id: UUID
    phone: Annotated[Phone | None, Personal] = None
    name: Annotated[str | None, Personal] = None
    store_id: str | None = None
    blacklisted: bool = False
    blacklist_reason: str | None = None
    orders: int = 0
    refusals: int = 0
    points: int = 0
    erased: bool = False
