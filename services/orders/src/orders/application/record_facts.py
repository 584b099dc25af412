"""What others tell about orders is recorded, whatever it is and whenever it comes. Facts cannot be refused.

A whole batch costs four statements: the locks, the progress of all orders, their story, and what is said because of it.
A fact about an order that nobody here has heard of is kept on a row made for it.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from chassis.telemetry import tag
from contracts.accounting.v1 import PaymentReceived
from contracts.event import Event
from orders.application.announce import News, news_of, news_of_progress, tell
from orders.application.ports import Work
from orders.application.story import heard
from orders.domain.progress import Progress

E = TypeVar("E", bound=Event)


def about(event: Event) -> UUID:
    """The order a fact is about."""
    return UUID(event.key)


async def record(events: Sequence[E], uow: Work, effect: Callable[[Progress, E], None]) -> None:
    """Let ``effect`` change the progress of each event's order, and act on what that completes."""
    progresses = await uow.progress.lock([about(event) for event in events])
    news = []
    for event in events:
        progress = progresses[about(event)]
        effect(progress, event)
        news.append(_with_fact(event, progress, news_of_progress(progress, uow, event)))
    await uow.progress.save(progresses.values())
    await tell(news, uow)


def unchanged(progress: Progress, event: Event) -> None:
    """A fact that only the story tells."""


async def record_payments(events: Sequence[PaymentReceived], uow: Work) -> None:
    """What has come in lowers what is left to collect, and others must know that before the parcel leaves (ORD-35)."""
    progresses = await uow.progress.lock([event.order_id for event in events])
    orders = await uow.orders.behind({id: progress for id, progress in progresses.items() if progress.known})
    news = []
    for event in events:
        order, progress = orders.get(event.order_id), progresses[event.order_id]
        if order is None:
            progress.paid = event.paid.amount
            follows = News((), (), event)
        else:
            order.paid_so_far(event.paid.amount)
            follows = news_of(order, uow, event)
        news.append(_with_fact(event, progress, follows))
    await uow.progress.save(progresses.values())
    await tell(news, uow)


def _with_fact(event: Event, progress: Progress, follows: News) -> News:
    """The fact first, then what it led to; its span is found by the order's code."""
    if progress.code is not None:
        tag(event_id=event.meta.id, order_code=progress.code)
    fact = heard(event, progress.order_id, progress.status)
    return News(follows.events, (fact, *follows.entries), event)
