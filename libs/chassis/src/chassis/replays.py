"""Handles dead letters again: one key, or everything that failed in one way, in order and in bounded transactions.

A step holds the key's row FOR UPDATE, so no batch can put another letter behind the queue or slip past it; the step
that finds the queue empty unparks the key in its own transaction. Steps are safe to repeat and to run twice at once, so
a replay whose process died is taken up by the next.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import hooks, inbox, telemetry
from chassis.deadletters import load_headers
from chassis.failures import is_transient, kind_of
from chassis.ids import new_id
from chassis.readers import Reader
from chassis.records import Record
from chassis.runtime import Runtime
from chassis.unit_of_work import UnitOfWork
from contracts.event import Actor

log = logging.getLogger(__name__)

STEP = 50
"""Letters in one transaction."""
_LEASE = 60
_LOOK = 1.0

LETTERS = Gauge("chassis_dead_letters_unsettled", "Letters on the desk", ["consumer", "state"])
PARKED = Gauge("chassis_parked_keys", "Keys whose events wait behind a letter", ["consumer"])

_REQUEST = text("""
    INSERT INTO chassis.replay (id, consumer, error_class, topic, key, letter_id, requested_by, total)
    SELECT :id, :consumer, CAST(:error_class AS text), CAST(:topic AS text), CAST(:key AS text),
           CAST(:letter_id AS uuid), :by, count(*)
    FROM chassis.dead_letter
    WHERE consumer = :consumer AND state IN ('failed', 'waiting')
      AND (id = CAST(:letter_id AS uuid) OR (topic = CAST(:topic AS text) AND key = CAST(:key AS text))
           OR error_class = CAST(:error_class AS text))
""")

_TAKE = text("""
    UPDATE chassis.replay SET state = 'running', leased_until = clock_timestamp() + make_interval(secs => :lease)
    WHERE id = (SELECT id FROM chassis.replay WHERE state <> 'done' AND leased_until < clock_timestamp()
                ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")

_PROGRESS = text("""
    UPDATE chassis.replay SET done = done + :done, failed = failed + :failed,
        leased_until = clock_timestamp() + make_interval(secs => :lease) WHERE id = :id
""")

_FINISH = text("UPDATE chassis.replay SET state = 'done', finished_at = clock_timestamp() WHERE id = :id")

_NEXT = text("""
    SELECT l.id, l.topic, l.key, p.key IS NOT NULL AS parked
    FROM chassis.dead_letter l
    LEFT JOIN chassis.parked_key p ON p.consumer = l.consumer AND p.topic = l.topic AND p.key = l.key
    WHERE l.consumer = :consumer AND l.state IN ('failed', 'waiting')
      AND (l.tried_at IS NULL OR l.tried_at < :requested_at)
      AND (l.id = CAST(:letter_id AS uuid) OR (l.topic = CAST(:topic AS text) AND l.key = CAST(:key AS text))
           OR (l.state = 'failed' AND l.error_class = CAST(:error_class AS text)))
    ORDER BY l.place LIMIT 1
""")

_LOCK_KEY = text("""
    SELECT 1 FROM chassis.parked_key WHERE consumer = :consumer AND topic = :topic AND key = :key FOR UPDATE
""")

_QUEUE = text("""
    SELECT * FROM chassis.dead_letter
    WHERE consumer = :consumer AND topic = :topic AND key = :key AND state IN ('failed', 'waiting')
    ORDER BY place LIMIT :limit FOR UPDATE
""")

_LETTER = text("SELECT * FROM chassis.dead_letter WHERE id = :id AND state IN ('failed', 'waiting') FOR UPDATE")

_SETTLE = text("""
    UPDATE chassis.dead_letter SET state = 'replayed', settled_at = clock_timestamp(), settled_by = :by,
        attempts = attempts + 1, tried_at = clock_timestamp()
    WHERE id = ANY(CAST(:ids AS uuid[]))
""")

_UNPARK = text("DELETE FROM chassis.parked_key WHERE consumer = :consumer AND topic = :topic AND key = :key")

_FAILED_AGAIN = text("""
    UPDATE chassis.dead_letter SET state = 'failed', error_class = :error_class, error = :error, details = :details,
        attempts = attempts + 1 WHERE id = :id
""")

_TRIED = text("""
    UPDATE chassis.dead_letter SET tried_at = clock_timestamp()
    WHERE id = :id OR (consumer = :consumer AND topic = :topic AND key = :key AND state IN ('failed', 'waiting'))
""")

_UNSETTLED = text("""
    SELECT consumer, state, count(*) AS letters FROM chassis.dead_letter
    WHERE state IN ('failed', 'waiting') GROUP BY consumer, state
""")
_PARKED = text("SELECT consumer, count(*) AS keys FROM chassis.parked_key GROUP BY consumer")


async def request(
    connection: AsyncConnection,
    consumer: str,
    by: str,
    *,
    letter_id: UUID | None = None,
    topic: str | None = None,
    key: str | None = None,
    error_class: str | None = None,
) -> UUID:
    """Order a replay of one letter (with the queue of its key), of one key, or of a class of errors; its id."""
    id = new_id()
    values = {"id": id, "consumer": consumer, "by": by, "letter_id": letter_id}
    await connection.execute(_REQUEST, {**values, "topic": topic, "key": key, "error_class": error_class})
    return id


async def run_replays(runtime: Runtime, readers: Sequence[Reader]) -> None:
    """Carry out what is ordered, and count what lies on the desk, until cancelled."""
    while True:
        try:
            while await carry_out(runtime, readers):
                pass
            await _count(runtime, readers)
        except Exception as error:
            if not is_transient(error):
                log.exception("a replay stumbles")
        await asyncio.sleep(_LOOK)


async def carry_out(runtime: Runtime, readers: Sequence[Reader]) -> bool:
    """Carry out one replay to its end; False if none was waiting."""
    async with runtime.engine.begin() as connection:
        order = (await connection.execute(_TAKE, {"lease": _LEASE})).one_or_none()
    if order is None:
        return False
    reader = next((each for each in readers if each.name == order.consumer), None)
    while reader is not None and (target := await _next(runtime, order)) is not None:
        done, failed = await _step(runtime, reader, target, order.requested_by)
        async with runtime.engine.begin() as connection:
            await connection.execute(_PROGRESS, {"id": order.id, "done": done, "failed": failed, "lease": _LEASE})
    async with runtime.engine.begin() as connection:
        await connection.execute(_FINISH, {"id": order.id})
    return True


async def _next(runtime: Runtime, order: Any) -> Any | None:
    async with runtime.engine.connect() as connection:
        return (await connection.execute(_NEXT, dict(order._mapping))).one_or_none()  # noqa: SLF001 - a row's public view


async def _step(runtime: Runtime, reader: Reader, target: Any, by: str) -> tuple[int, int]:
    """Replay a part of one queue; how many letters were done and how many failed again."""
    try:
        return await _replay(runtime, reader, target, by, STEP), 0
    except Exception as error:
        if is_transient(error):
            raise
    done = 0
    while True:
        try:
            count = await _replay(runtime, reader, target, by, 1)
        except Exception as error:
            if is_transient(error):
                raise
            await _keep(runtime, reader, target, error)
            return done, 1
        if not count:
            return done, 0
        done += count


async def _replay(runtime: Runtime, reader: Reader, target: Any, by: str, limit: int) -> int:
    place = {"consumer": reader.name, "topic": target.topic, "key": target.key}
    situation = runtime.situation(Actor.system(f"{runtime.service.name}.{reader.name}"), origin=reader.name)
    situation.consumer = reader.name
    async with runtime.unit(situation) as uow:
        if target.parked:
            if (await uow.connection.execute(_LOCK_KEY, place)).one_or_none() is None:
                return 0
            letters = (await uow.connection.execute(_QUEUE, {**place, "limit": limit})).all()
        else:
            letters = (await uow.connection.execute(_LETTER, {"id": target.id})).all()
        for letter in letters:
            arrived = reader.read(record_of(letter))
            if arrived is None or not await _first(uow, reader, letter, arrived.id):
                continue
            with telemetry.consumer_spans(
                f"{runtime.service.name}.{reader.name}", letter.topic, [arrived.meta]
            ) as batch:
                situation.traces = batch.traceparents
                for together in reader.cut([arrived]):
                    await reader.handle(together, uow)
        await uow.connection.execute(_SETTLE, {"ids": [letter.id for letter in letters], "by": by})
        if target.parked and len(letters) < limit:
            await uow.connection.execute(_UNPARK, place)
        hooks.reach("replay-before-commit")
    return len(letters)


async def _first(uow: UnitOfWork, reader: Reader, letter: Any, id: str) -> bool:
    """Whether the letter still wants handling. One that could not be counted when it came is counted now, unless its
    sender has sent it again under the same id, well formed, before anybody mended this one."""
    return letter.counted or bool(await inbox.remember(uow.connection, reader.name, [id]))


async def _keep(runtime: Runtime, reader: Reader, target: Any, error: Exception) -> None:
    """Note the failure on the letter that failed: the head of the queue, since those before it are done."""
    place = {"consumer": reader.name, "topic": target.topic, "key": target.key}
    async with runtime.engine.begin() as connection:
        failed_id = target.id
        if target.parked:
            head = (await connection.execute(_QUEUE, {**place, "limit": 1})).one_or_none()
            failed_id = head.id if head is not None else target.id
        values = {
            "id": failed_id,
            "error_class": kind_of(error),
            "error": str(error).replace("\0", "\\0")[:2_000],
            "details": "".join(traceback.format_exception(error)).replace("\0", "\\0")[-20_000:],
        }
        await connection.execute(_FAILED_AGAIN, values)
        await connection.execute(_TRIED, {**place, "id": target.id})


async def _count(runtime: Runtime, readers: Sequence[Reader]) -> None:
    async with runtime.engine.connect() as connection:
        found = {(row.consumer, row.state): row.letters for row in await connection.execute(_UNSETTLED)}
        parked = {row.consumer: row.keys for row in await connection.execute(_PARKED)}
    for reader in readers:
        PARKED.labels(reader.name).set(parked.get(reader.name, 0))
        for state in ("failed", "waiting"):
            LETTERS.labels(reader.name, state).set(found.get((reader.name, state), 0))


def record_of(letter: Any) -> Record:
    """The record as it was, or as it was edited to be."""
    return Record(
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        key=letter.record_key,
        value=letter.payload,
        headers=load_headers(letter.headers),
        timestamp=int(letter.recorded_at.timestamp() * 1000),
    )
