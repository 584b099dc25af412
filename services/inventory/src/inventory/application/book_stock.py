"""What a plan did to the stock becomes rows and events, in the same few statements however large the batch."""

from collections.abc import Collection, Sequence
from uuid import UUID

import structlog
from prometheus_client import Counter

from inventory.application import announce
from inventory.application.causes import Causes
from inventory.application.ports import Work
from inventory.application.records import Booked, Noted
from inventory.application.thresholds import low_stock
from inventory.domain.alerts import Alert, AlertKind, crossings
from inventory.domain.stock import MoveKind, Stock

log = structlog.get_logger("inventory")

alerts_total = Counter("inventory_alerts_total", "Stock alerts by kind.", ["kind"])
for kind in AlertKind:
    alerts_total.labels(kind)  # shown as 0 from the start, or the first of a kind is no increase

AMISS = frozenset({AlertKind.UNPLANNED, AlertKind.FOUND, AlertKind.TAKEN_BACK})
"""The books did not match the house: somebody should look why."""


async def book_stock(stock: Stock, uow: Work, causes: Causes, *, waited_for: Collection[str] = ()) -> None:
    """Store levels, worths and moves; tell accounting each value, and whoever minds stock what crossed a line."""
    await uow.stock.save(stock)
    booked = [
        Booked(
            id=uow.new_id(),
            at=causes.moment(uow, move.origin.order_id),
            actor=causes.actor(uow, move.origin.order_id),
            move=move,
        )
        for move in stock.moves
    ]
    if booked:
        await uow.stock.book(booked)
    for each in booked:
        order_id = each.move.origin.order_id
        if (said := announce.moved(each)) is not None:
            uow.publish(said, cause=causes.of(order_id), occurred_at=each.at)
    found = [
        (
            Alert(
                kind=AlertKind.FOUND,
                sku=move.sku,
                location_id=move.location_id,
                available=stock.available(move.sku),
                quantity=move.on_hand,
            ),
            move.origin.order_id,
        )
        for move in stock.moves
        if move.kind is MoveKind.FOUND
    ]
    crossed = crossings(stock, low_at=uow.setting(low_stock), waited_for=waited_for)
    await alert(uow, causes, [*found, *((each, None) for each in crossed)])


async def alert(uow: Work, causes: Causes, alerts: Sequence[tuple[Alert, UUID | None]]) -> None:
    """List what somebody should know of, and tell it to other services if they act on it."""
    if not alerts:
        return
    await uow.alerts.add(
        [Noted(id=uow.new_id(), at=uow.now, alert=each, order_id=order_id) for each, order_id in alerts]
    )
    for each, order_id in alerts:
        alerts_total.labels(each.kind).inc()
        if each.kind in AMISS:
            log.warning(
                "books and house differ",
                kind=str(each.kind),
                sku=each.sku,
                location=each.location_id,
                units=each.quantity,
                order=str(order_id),
            )
        if (said := announce.alerted(each)) is not None:
            uow.publish(said, cause=causes.of(order_id))
