"""The shape of an order that is handed in, the same at every door.

It is more patient than the contract: what is missing is left empty instead of being an error of form, so that every
reason can be told at once. What fits ``IntakeOrder`` fits this.
"""

from datetime import UTC
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from chassis.domain import Reason
from contracts.event import Event, Visibility
from contracts.money import WrittenMoney
from contracts.orders.v1 import IntakeOrder
from orders.application.intake import LINES, NOTHING, HandedContact, PlaceOrder
from orders.application.pricing import Asked
from orders.domain.agreement import WISHES, Payment, Wishes

Short = Annotated[str, Field(max_length=100)]


class AddressShape(BaseModel):
    """Where the parcel goes. ``district`` only under the three-level scheme that ended in July 2025; ``ward_code``: the
    official code of a ward of today, if it is known."""

    street: Annotated[str | None, Field(max_length=300)] = None
    ward: Short | None = None
    district: Short | None = None
    province: Short | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "VN"
    ward_code: Annotated[str | None, Field(max_length=10)] = None


class ContactShape(BaseModel):
    """Who the order is for. The phone may be written as people do: ``0901 234 567``."""

    name: Annotated[str | None, Field(max_length=200)] = None
    phone: Annotated[str | None, Field(max_length=30)] = None
    email: Annotated[str | None, Field(max_length=254)] = None
    address: AddressShape = AddressShape()

    def to_contact(self) -> HandedContact:
        return HandedContact(name=self.name, phone=self.phone, email=self.email, **self.address.model_dump())


class LineShape(BaseModel):
    """Goods. Without a price the shop's own price holds."""

    sku: Annotated[str | None, Field(max_length=64)] = None
    quantity: int | None = None
    unit_price: WrittenMoney | None = None
    discount: WrittenMoney | None = None

    def to_asked(self) -> Asked:
        return Asked(sku=self.sku, quantity=self.quantity, unit_price=self.unit_price, discount=self.discount)


class WishesShape(BaseModel):
    """What the customer asks for on the way."""

    carrier_choice: Annotated[str | None, Field(max_length=50)] = None
    note: Annotated[str | None, Field(max_length=2_000)] = None

    def wished(self) -> dict[str, str | None]:
        """The wishes that were named, also those that are to be empty."""
        return {name: getattr(self, name) for name in WISHES if name in self.model_fields_set}


class OrderShape(WishesShape):
    """An order as it is handed in."""

    external_id: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    contact: ContactShape = ContactShape()
    lines: Annotated[list[LineShape], Field(max_length=LINES)] = []
    freight: WrittenMoney = NOTHING
    discount: WrittenMoney = NOTHING
    payment: Payment = Payment.COD
    device: Annotated[str | None, Field(max_length=50)] = None
    placed_at: AwareDatetime | None = None

    def to_command(
        self, *, channel: str, source: str, store_id: str | None = None, owner_id: str | None = None
    ) -> PlaceOrder:
        return PlaceOrder(
            channel=channel,
            source=source,
            external_id=self.external_id,
            store_id=store_id,
            owner_id=owner_id,
            device=self.device,
            contact=self.contact.to_contact(),
            lines=[line.to_asked() for line in self.lines],
            freight=self.freight,
            discount=self.discount,
            payment=self.payment,
            wishes=Wishes(**self.wished()),
            placed_at=self.placed_at.astimezone(UTC) if self.placed_at else None,
        )


def form_reasons(error: ValidationError) -> list[Reason]:
    """What pydantic complains of, with the codes and places it has over HTTP; values are not repeated."""
    found = error.errors(include_url=False, include_input=False)
    return [Reason(each["type"].replace("_", "-"), "/".join(map(str, each["loc"])), _plain(each)) for each in found]


def _plain(complaint: Any) -> dict[str, Any]:
    context = complaint.get("ctx", {})
    return {name: each if isinstance(each, (str, int, float)) else str(each) for name, each in context.items()}


class HandedIn(OrderShape, Event):
    """A partner's order (``IntakeOrder``) as the door reads it."""

    topic: ClassVar[str] = IntakeOrder.topic
    key_field: ClassVar[str] = IntakeOrder.key_field
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["order.intake"] = "order.intake"
    external_id: Annotated[str, Field(min_length=1, max_length=100)]
    source: Short | None = None
    channel: Annotated[str, Field(min_length=1, max_length=50)] = "partner"
