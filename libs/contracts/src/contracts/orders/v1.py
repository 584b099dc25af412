"""What the order desk says, and the door at which partners hand orders in."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Body, Event, Instant, Visibility
from contracts.money import Money
from contracts.party import Contact
from contracts.refusal import Refusal

Sku = Annotated[str, Field(min_length=1, max_length=64)]
Quantity = Annotated[int, Field(ge=1, le=100_000)]
Note = Annotated[str, Field(max_length=2_000)]


class PaymentMethod(StrEnum):
    """How the customer agreed to pay (ORD-35)."""

    PREPAID = "prepaid"
    DEPOSIT = "deposit"
    COD = "cod"


class CancelReason(StrEnum):
    """Why an order ended without goods (ORD-14)."""

    CHANGED_MIND = "changed_mind"
    PRICE = "price"
    DELAY = "delay"
    OUT_OF_STOCK = "out_of_stock"
    DUPLICATE = "duplicate"
    UNREACHABLE = "unreachable"
    WRONG_DATA = "wrong_data"
    OTHER = "other"


class OrderLine(Body):
    """Goods on an order. ``amount`` is what the customer pays for the line, VAT included:
    quantity × unit price − discount − this line's share of the order's discount."""

    line_id: UUID
    sku: Sku
    name: str
    quantity: Quantity
    unit_price: Money
    discount: Money = Money(amount=0)
    amount: Money
    vat_rate_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    staff_added: bool = False
    weight_g: Annotated[int, Field(ge=0)] = 0


class OrderEvent(Event):
    """Everything about one order is keyed by it: one order, one partition, in order."""

    topic: ClassVar[str] = "orders.order.v1"
    key_field: ClassVar[str] = "order_id"

    order_id: UUID
    code: str


class OrderTerms(OrderEvent):
    """What was agreed. ``total`` = Σ line amounts + freight; ``cod`` = total − paid, to be collected at the door."""

    channel: str
    source: str
    external_id: str | None = None
    store_id: str | None = None
    owner_id: str | None = None
    device: str | None = None
    contact: Contact
    lines: tuple[OrderLine, ...]
    freight: Money
    discount: Money
    total: Money
    paid: Money
    cod: Money
    payment: PaymentMethod
    carrier_choice: str | None = None
    note: Note | None = None
    placed_at: Instant


class OrderPlaced(OrderTerms):
    """A customer asked to buy; nothing is confirmed, held or paid yet (ORD-01)."""

    type: Literal["order.placed"] = "order.placed"
    duplicate_of: tuple[str, ...] = ()
    blacklisted: bool = False
    replaces: tuple[str, ...] = ()
    """Codes of the orders in whose place it goes on: their customer asks for nothing more by it."""


class OrderConfirmed(OrderTerms):
    """The customer agreed (ORD-04): inventory holds the stock, shipping prepares the shipment."""

    type: Literal["order.confirmed"] = "order.confirmed"
    confirmed_at: Instant


class OrderChanged(OrderTerms):
    """Contact, note, lines before confirmation, or the amount to collect are new (ORD-09, ORD-35). Whole state."""

    type: Literal["order.changed"] = "order.changed"
    confirmed: bool
    changed: tuple[str, ...]


class OrderReleased(OrderEvent):
    """An order that had to wait for stock may go on (ORD-12): picking and shipment need not wait any more.

    ``reserved_at`` names the hold that may go: when its ``stock.reserved`` occurred. Whoever hears this before the
    warehouse's older news, which travels on another topic, so knows that those do not undo it.
    """

    type: Literal["order.released"] = "order.released"
    reserved_at: Instant | None = None


class OrderCancelRequested(OrderEvent):
    """A confirmed order is to be cancelled. Inventory stops picking and keeps the hold; shipping answers."""

    type: Literal["order.cancel_requested"] = "order.cancel_requested"
    reason: CancelReason
    note: Note | None = None


class SuccessorOrder(Body):
    """An order that goes on in the place of another. ``paid``: how much of the other's money is this one's from now."""

    order_id: UUID
    code: str
    paid: Money


class OrderCancelled(OrderEvent):
    """Terminal. Whoever holds stock or money for the order gives it back (ORD-14).

    ``became``: whether it was given up, or was split (ORD-07) or merged (ORD-08). Then ``replaced_by`` names the orders
    that go on with its goods, and its money is theirs: nothing is to be paid back.
    """

    type: Literal["order.cancelled"] = "order.cancelled"
    reason: CancelReason
    note: Note | None = None
    was_confirmed: bool
    became: Literal["cancelled", "split", "merged"] = "cancelled"
    replaced_by: tuple[SuccessorOrder, ...] = ()


class OrderPaymentDue(OrderEvent):
    """Money was to come in advance and has not (ORD-16): whoever speaks with the customer reminds him. ``due`` is what
    is left; if nothing at all comes, the order is cancelled at ``cancel_at``."""

    type: Literal["order.payment_due"] = "order.payment_due"
    due: Money
    cancel_at: Instant


class OrderDeleted(OrderEvent):
    """Out of sight and out of reports (ORD-15); it may come back. Nobody holds anything for it: it was not confirmed,
    or is cancelled."""

    type: Literal["order.deleted"] = "order.deleted"


class OrderRestored(OrderTerms):
    """A deleted order is back (ORD-15). Whole state; ``cancelled``: it was cancelled before it was deleted."""

    type: Literal["order.restored"] = "order.restored"
    cancelled: bool


class OrderClosed(OrderEvent):
    """Settled, and no question is left open about it."""

    type: Literal["order.closed"] = "order.closed"


class IntakeLine(Body):
    """Goods as a partner names them. Without a price the shop's own price holds."""

    sku: Sku
    quantity: Quantity
    unit_price: Money | None = None
    discount: Money | None = None


class IntakeOrder(Event):
    """An order handed in at a partner's door (ORD-01). Idempotent on (the door's source, ``external_id``)."""

    topic: ClassVar[str] = "orders.intake.v1"
    key_field: ClassVar[str] = "external_id"
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["order.intake"] = "order.intake"
    external_id: Annotated[str, Field(min_length=1, max_length=100)]
    source: Annotated[str, Field(max_length=100)] | None = None
    channel: Annotated[str, Field(min_length=1, max_length=50)] = "partner"
    contact: Contact
    lines: Annotated[tuple[IntakeLine, ...], Field(min_length=1, max_length=500)]
    freight: Money = Money(amount=0)
    discount: Money = Money(amount=0)
    payment: PaymentMethod = PaymentMethod.COD
    device: Annotated[str, Field(max_length=50)] | None = None
    carrier_choice: Annotated[str, Field(max_length=50)] | None = None
    note: Note | None = None
    placed_at: Instant | None = None


class IntakeResult(Event):
    """The answer to one record at a door, under the record's own key and id."""

    topic: ClassVar[str] = "orders.intake-result.v1"
    key_field: ClassVar[str] = "external_id"
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["order.intake-result"] = "order.intake-result"
    external_id: str
    accepted: bool
    order_id: UUID | None = None
    code: str | None = None
    reasons: tuple[Refusal, ...] = ()
