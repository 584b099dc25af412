"""What becomes of a customer when facts about his orders arrive: counted, rewarded, and told to others."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.crm.v1 import CustomerChanged
from contracts.event import Event
from contracts.orders.v1 import OrderPlaced
from crm.application.ports import Work
from crm.domain.customer import Customer, Meeting
from crm.domain.points import came_back, points_for


async def meet_customers(events: Sequence[OrderPlaced], uow: Work) -> None:
    """One customer per phone, made or freshened by each order (CRM-01)."""
    await uow.customer_orders.placed([_order_row(event) for event in events], uow.now)
    known = await uow.customers.meet([_meeting(event, uow) for event in events])
    await uow.customer_orders.belong_to({event.order_id: known[event.contact.phone] for event in events})
    await settle({event.order_id: event for event in events}, uow)


async def settle(causes: Mapping[UUID, Event], uow: Work) -> None:
    """Book the points these orders are worth now, count their customers anew, and say what changed.

    Asked after every fact; an order without a customer waits for its placing, which asks again.
    """
    standing = [each for each in await uow.customer_orders.standing(causes) if each.customer_id is not None]
    bookings = []
    for each in standing:
        worth = 0
        if each.dong_per_point is not None:
            worth = points_for(each.bought, came_back(each.inspected), each.dong_per_point)
        if change := worth - each.points:
            bookings.append(
                {
                    "id": uow.new_id(), "customer_id": each.customer_id, "order_id": each.order_id, "points": change,
                    "kind": "earned" if change > 0 else "taken_back", "at": uow.now,
                }
            )  # fmt: skip
    await uow.customer_orders.book_points(bookings)
    cause_of = {each.customer_id: causes[each.order_id] for each in standing if each.customer_id}
    for row in await uow.customers.recount(cause_of):
        if not row.erased:
            uow.publish(changed(row), cause=cause_of[row.id])


def changed(row: Customer) -> CustomerChanged:
    """A customer as others hear it; an erased one has nothing personal left."""
    return CustomerChanged(
        customer_id=row.id,
        phone=row.phone,
        name=row.name,
        store_id=row.store_id,
        blacklisted=row.blacklisted,
        blacklist_reason=row.blacklist_reason,
        orders=row.orders,
        refusals=row.refusals,
        points=row.points,
        erased=row.erased,
    )


def _order_row(event: OrderPlaced) -> dict[str, Any]:
    return {
        "order_id": event.order_id, "code": event.code, "channel": event.channel, "source": event.source,
        "store_id": event.store_id, "total": event.total.amount, "currency": event.total.currency,
        "placed_at": event.placed_at,
    }  # fmt: skip


def _meeting(event: OrderPlaced, uow: Work) -> Meeting:
    return Meeting(
        id=uow.new_id(),
        phone=event.contact.phone,
        name=event.contact.name,
        email=event.contact.email,
        address=event.contact.address.model_dump(mode="json"),
        store_id=event.store_id,
        at=event.placed_at,
    )
