"""Bodies of requests to the desk."""

from datetime import UTC
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from contracts.money import WrittenMoney
from orders.application.intake import LINES, PlaceOrder
from orders.application.new_terms import EditOrder
from orders.application.pricing import Asked
from orders.domain.agreement import Hold, Payment
from orders.domain.happenings import CallOutcome, CancelReason, HoldReason
from orders.entrypoints.handed_in import LineShape, OrderShape, Short, WishesShape

Note = Annotated[str, Field(max_length=2_000)]
EXAMPLE: JsonDict = {
    "channel": "website",
    "external_id": "W-10042",
    "contact": {
        "name": "Nguyễn Thị Lan",
        "phone": "0901 234 567",
        "address": {"street": "12 Hàng Bạc", "ward": "Hoàn Kiếm", "province": "Hà Nội"},
    },
    "lines": [{"sku": "AO-L", "quantity": 2}],
    "freight": {"amount": 30000},
    "payment": "cod",
    "note": "Giao giờ hành chính",
}


class TakenCallBody(BaseModel):
    """The call in which the customer ordered and agreed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Khách đặt qua điện thoại"}]})

    note: Note | None = None


class PlaceOrderBody(OrderShape):
    """An order as the desk or an integration hands it in. The same ``source`` and ``external_id`` again give the same
    order. ``source`` is by default the channel, ``owner_id`` whoever is signed in. ``call``: the customer ordered and
    agreed in this call, so the order is confirmed at once; it needs ``order-status:write``, too."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    channel: Annotated[str, Field(min_length=1, max_length=50)] = "desk"
    source: Short | None = None
    store_id: Annotated[str | None, Field(max_length=50)] = None
    owner_id: Short | None = None
    call: TakenCallBody | None = None

    def as_handed_in(self, by: str | None) -> PlaceOrder:
        source = self.source if self.source is not None else self.channel
        return self.to_command(
            channel=self.channel, source=source, store_id=self.store_id, owner_id=self.owner_id or by
        )


class AddressPatch(BaseModel):
    """``ward_code`` chooses the ward of today that the address means; the words stay as the customer wrote them."""

    model_config = ConfigDict(extra="forbid")

    street: Annotated[str, Field(max_length=300)] | None = None
    ward: Short | None = None
    district: Short | None = None
    province: Short | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "VN"
    ward_code: Annotated[str, Field(max_length=10)] | None = None


class ContactPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    address: AddressPatch | None = None

    def changes(self) -> dict[str, Any]:
        """The parts that were named, the address flat beside the others."""
        given = self.model_dump(exclude_unset=True)
        return given | (given.pop("address", None) or {})


class LinePatch(LineShape):
    """A line as it is to be. With ``line_id`` it is one the order has; without, goods that staff adds (ORD-34)."""

    model_config = ConfigDict(extra="forbid")

    line_id: UUID | None = None

    def to_asked(self) -> Asked:
        return Asked(
            sku=self.sku,
            quantity=self.quantity,
            unit_price=self.unit_price,
            discount=self.discount,
            line_id=self.line_id,
        )


class EditOrderBody(WishesShape):
    """What is to be new; what is not named stays. ``lines`` replaces them all (before confirmation only)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"contact": {"address": {"street": "14 Hàng Bạc"}}, "note": "Gọi trước"}]},
    )

    contact: ContactPatch | None = None
    lines: Annotated[list[LinePatch], Field(max_length=LINES)] | None = None
    freight: WrittenMoney | None = None
    discount: WrittenMoney | None = None
    payment: Payment | None = None

    def to_command(self, order: UUID | str, expected: int | None) -> EditOrder:
        """Only wishes can be emptied; a ``null`` elsewhere means: as it is."""
        named = {name for name in self.model_fields_set if getattr(self, name) is not None}
        terms = {name: getattr(self, name) for name in ("freight", "discount", "payment") if name in named}
        return EditOrder(
            order=order,
            expected=expected,
            given=frozenset(named),
            contact=self.contact.changes() if self.contact else {},
            lines=[line.to_asked() for line in self.lines or ()],
            wishes=self.wished(),
            **terms,
        )


class CallBody(BaseModel):
    """A call to the customer. Only an answered one allows to confirm. ``call_back_at``: when he asked to be called;
    without it the next call is due by the settings."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"outcome": "answered"}]})

    outcome: CallOutcome = CallOutcome.ANSWERED
    note: Note | None = None
    call_back_at: AwareDatetime | None = None


class ConfirmBody(BaseModel):
    """``override``: why a blacklisted customer's order goes out without prepayment; needs ``blacklist:write``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    override: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None


class HoldBody(BaseModel):
    """``until``: when somebody looks at the order again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "unreachable"}]})

    reason: HoldReason
    until: AwareDatetime | None = None
    note: Note | None = None

    def to_hold(self) -> Hold:
        until = self.until.astimezone(UTC) if self.until else None
        return Hold(reason=self.reason, until=until, note=self.note)


class ReleaseBody(BaseModel):
    """``note``: what cleared it, e.g. what the customer said."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Khách đồng ý chờ"}]})

    note: Note | None = None


class CancelBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "changed_mind"}]})

    reason: CancelReason
    note: Note | None = None


class DeleteBody(BaseModel):
    """``note``: why nobody should see the order any more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Đơn thử"}]})

    note: Annotated[Note, Field(min_length=1)]


class RestoreBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Xóa nhầm"}]})

    note: Note | None = None


class AssignBody(BaseModel):
    """``owner_id``: who answers for the order from now on; ``null``: nobody, it goes back to the common queue."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"owner_id": "sal-2"}]})

    owner_id: Annotated[str, Field(min_length=1, max_length=100)] | None
    note: Note | None = None


Moment = Annotated[str, Field(max_length=40, description="a day (2025-11-22) or a point in time with its offset")]
Command = Literal["calls", "confirm", "hold", "release", "edit", "cancel", "delete", "restore"]
