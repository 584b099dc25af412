"""What the world hears of an order, and what its story tells: one place for both, so they cannot disagree."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from contracts.event import Event
from contracts.orders.v1 import OrderEvent
from orders.application.language import ending_of, event_of
from orders.application.ports import Stores, Work
from orders.application.story import Entry, own, told
from orders.domain.happenings import Happening
from orders.domain.order import Order
from orders.domain.progress import Progress


@dataclass(frozen=True, slots=True)
class News:
    """What happened and has not been said yet. ``cause``: the received event that led to it, if one did."""

    events: tuple[OrderEvent, ...]
    entries: tuple[Entry, ...]
    cause: Event | None = None

    def publish(self, uow: Work) -> None:
        for event in self.events:
            uow.publish(event, cause=self.cause)


@asynccontextmanager
async def commanded(
    ref: UUID | str, action: str, uow: Work, *, stores: Stores, reason: str | None = None
) -> AsyncIterator[Order]:
    """A command on one order: locked, changed by the block, then saved, announced, told and audited.

    A block that changes nothing (an exact repeat) leaves no trace.
    """
    order = await uow.orders.get(ref, stores)
    before = summary(order)
    yield order
    news = news_of(order, uow)
    if not news.entries:
        return
    await uow.orders.save(order)
    await uow.story.tell(news.entries)
    news.publish(uow)
    uow.audit(action, "order", order.id, before=before, after=summary(order), reason=reason)


def news_of(order: Order, uow: Work, cause: Event | None = None) -> News:
    """What happened to the order since the last time, its progress's own decisions last."""
    happened: list[Happening] = order.collect()
    events = [event for each in happened if (event := event_of(order, each)) is not None]
    entries = [_entry(order.progress, each, uow, cause, order) for each in happened]
    rest = news_of_progress(order.progress, uow, cause)
    return News((*events, *rest.events), (*entries, *rest.entries), cause)


def news_of_progress(progress: Progress, uow: Work, cause: Event | None = None) -> News:
    """As :func:`news_of`, where only what the progress decided can have happened."""
    happened: list[Happening] = progress.collect()
    events = tuple(event for each in happened if (event := ending_of(each)) is not None)
    return News(events, tuple(_entry(progress, each, uow, cause) for each in happened), cause)


async def tell(news: Iterable[News], uow: Work) -> None:
    """Publish and write down the news of many orders; the entries in one statement."""
    entries: list[Entry] = []
    for each in news:
        each.publish(uow)
        entries.extend(each.entries)
    await uow.story.tell(entries)


def _entry(
    progress: Progress, happening: Happening, uow: Work, cause: Event | None, order: Order | None = None
) -> Entry:
    kind, details = told(happening, order)
    at = cause.meta.occurred_at if cause is not None else uow.now
    actor = cause.meta.actor if cause is not None else uow.actor
    return own(progress.order_id, at, kind, actor, progress.status, **details)


def summary(order: Order) -> dict[str, Any]:
    """An order as the audit trail keeps it before and after a command. The trail outlives the person's wish to be
    forgotten, so it does not name him."""
    return {
        "version": order.version,
        "status": order.status,
        "sales": order.sales,
        "owner": order.origin.owner_id,
        "contact": {"phone": f"***{order.contact.phone[-3:]}", "province": order.contact.address.province},
        "ward_code": order.destination.ward.code if order.destination and order.destination.ward else None,
        "agreement": to_jsonable_python(order.agreement),
        **asdict(order.wishes),
        "hold": to_jsonable_python(order.hold),
        "calls": len(order.calls),
    }
