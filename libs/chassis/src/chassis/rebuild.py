"""Reads a copy again from the beginning of its topic, while it is in use.

A rebuild has a generation, and positions are stored under it: a process that has not heard of the rebuild yet goes on
under the old one and harms nothing. Rows keep their content but lose their version, so any state replaces them; what is
still without one when every partition has passed its end of then is in the topic no more, and goes.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import inbox
from chassis.copies import Copy
from chassis.failures import is_transient
from chassis.runtime import Runtime

if TYPE_CHECKING:
    from chassis.subscription import Subscription

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0

_REQUEST = text("""
    INSERT INTO chassis.rebuild AS known (consumer, requested_by) VALUES (:consumer, :by)
    ON CONFLICT (consumer) DO UPDATE SET state = 'waiting', generation = known.generation + 1,
        requested_at = clock_timestamp(), requested_by = excluded.requested_by, until = NULL, finished_at = NULL
    RETURNING generation
""")
_ALL = text("SELECT consumer, generation, state, until FROM chassis.rebuild")
_ONE = text("SELECT consumer, generation, state FROM chassis.rebuild WHERE consumer = :consumer")
_LOCK = text("SELECT state, generation FROM chassis.rebuild WHERE consumer = :consumer FOR UPDATE SKIP LOCKED")
_RUNNING = text(
    "UPDATE chassis.rebuild SET state = 'running', until = CAST(:until AS jsonb) WHERE consumer = :consumer"
)
_DONE = text("""
    UPDATE chassis.rebuild SET state = 'done', finished_at = clock_timestamp()
    WHERE consumer = :consumer AND generation = :generation
""")


def position_name(consumer: str, generation: int) -> str:
    """Under which name a reader's positions are stored."""
    return f"{consumer}@{generation}" if generation else consumer


async def request(connection: AsyncConnection, consumer: str, by: str) -> int:
    """Order a rebuild of the copy ``consumer``; its generation. The consumer's own processes carry it out."""
    return int((await connection.execute(_REQUEST, {"consumer": consumer, "by": by})).scalar_one())


async def run_rebuilds(runtime: Runtime, subscriptions: Sequence[Subscription]) -> None:
    """Follow what is ordered until cancelled."""
    copies = {each.reader.name: (each, each.reader) for each in subscriptions if isinstance(each.reader, Copy)}
    while copies:
        try:
            async with runtime.engine.connect() as connection:
                orders = (await connection.execute(_ALL)).all()
            for order in orders:
                if (found := copies.get(order.consumer)) is not None:
                    await _follow(runtime, *found, order)
        except Exception as error:
            if not is_transient(error):
                log.exception("a rebuild stumbles")
        await asyncio.sleep(_LOOK_EVERY)


async def generation_of(connection: AsyncConnection, consumer: str) -> int:
    """The generation whose positions count now; 0 before the first rebuild."""
    order = (await connection.execute(_ONE, {"consumer": consumer})).one_or_none()
    return in_force(order) if order is not None else 0


def in_force(order: Any) -> int:
    """The generation whose positions count: an order that still waits has changed nothing yet."""
    return int(order.generation) - int(order.state == "waiting")


async def _follow(runtime: Runtime, subscription: Subscription, copy: Copy[Any], order: Any) -> None:
    if order.state == "waiting":
        await _begin(runtime, subscription, copy)
    elif subscription.delivery.positions_as != position_name(order.consumer, order.generation):
        subscription.begin_again()  # the next positions are read under the new generation
    elif order.state == "running":
        await _finish_if_read(runtime, copy, order)


async def _begin(runtime: Runtime, subscription: Subscription, copy: Copy[Any]) -> None:
    ends = await subscription.ends()
    if not ends:
        return
    async with runtime.engine.begin() as connection:
        row = (await connection.execute(_LOCK, {"consumer": copy.name})).one_or_none()
        if row is None or row.state != "waiting":
            return
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(copy.without_versions())
        until = json.dumps({str(partition): end for partition, end in ends.items()})
        await connection.execute(_RUNNING, {"consumer": copy.name, "until": until})
    log.info("%s is read again from the beginning", copy.name)


async def _finish_if_read(runtime: Runtime, copy: Copy[Any], order: Any) -> None:
    name = position_name(copy.name, order.generation)
    topic = runtime.settings.topic_prefix + copy.family.topic
    async with runtime.engine.begin() as connection:
        positions = await inbox.positions(connection, name, [topic])
        if any(positions.get((topic, int(partition)), 0) < end for partition, end in order.until.items()):
            return
        gone = (await connection.execute(copy.delete_without_version())).rowcount
        await connection.execute(_DONE, {"consumer": copy.name, "generation": order.generation})
    log.info("%s is rebuilt; %d rows were in the topic no more", copy.name, gone)
