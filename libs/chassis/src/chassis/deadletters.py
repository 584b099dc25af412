"""The desk: records that could not be handled, and those of the same key that wait behind them.

A record is put here in the transaction that marks it handled, so it is in exactly one place. Its key is parked in the
same transaction; a batch reads parked keys FOR SHARE, a replay holds the key's row FOR UPDATE, and whoever finds the
queue of a key empty unparks it. Lock order everywhere: position, inbox, parked key, then the handler's own rows.
"""

import base64
import json
import traceback
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.failures import kind_of
from chassis.ids import new_id
from chassis.records import Record

_PUT = text("""
    INSERT INTO chassis.dead_letter (id, consumer, topic, partition, "offset", key, record_key, event_id, type, payload,
        headers, traceparent, state, error_class, error, details, attempts, recorded_at, counted)
    VALUES (:id, :consumer, :topic, :partition, :offset, :key, :record_key, :event_id, :type, :payload,
        CAST(:headers AS jsonb), :traceparent, :state, :error_class, :error, :details, :attempts, :recorded_at,
        :counted)
    ON CONFLICT (consumer, topic, partition, "offset") DO NOTHING
""")

_PARK = text("""
    INSERT INTO chassis.parked_key (consumer, topic, key) VALUES (:consumer, :topic, :key) ON CONFLICT DO NOTHING
""")


async def put_failed(
    connection: AsyncConnection,
    consumer: str,
    record: Record,
    error: BaseException,
    *,
    attempts: int,
    park: bool,
    counted: bool,
) -> None:
    """Take a record that could not be handled; ``park`` makes the later ones of its key wait behind it.

    ``counted`` says that the inbox holds its id, so that a replay is no repeat.
    """
    await _put(connection, consumer, record, "failed", error, attempts, counted)
    key = record.text_key
    if park and key is not None:
        await connection.execute(_PARK, {"consumer": consumer, "topic": record.topic, "key": key})


async def put_waiting(connection: AsyncConnection, consumer: str, records: Sequence[Record]) -> None:
    """Take records whose key is parked, in the order of the log."""
    for record in records:
        await _put(connection, consumer, record, "waiting", None, 0, True)


async def _put(
    connection: AsyncConnection,
    consumer: str,
    record: Record,
    state: str,
    error: BaseException | None,
    attempts: int,
    counted: bool,
) -> None:
    await connection.execute(
        _PUT,
        {
            "id": new_id(),
            "consumer": consumer,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.text_key,
            "record_key": record.key,
            "event_id": _clean(record.header("ce_id")),
            "type": _clean(record.header("ce_type")),
            "payload": record.value,
            "headers": dump_headers(record.headers),
            "traceparent": _clean(record.header("traceparent")),
            "state": state,
            "error_class": kind_of(error) if error is not None else None,
            "error": _clean(str(error))[:2_000] if error is not None else None,
            "details": _clean("".join(traceback.format_exception(error)))[-20_000:] if error is not None else None,
            "attempts": attempts,
            "recorded_at": record.recorded_at,
            "counted": counted,
        },
    )


def dump_headers(headers: Sequence[tuple[str, bytes]]) -> str:
    """Headers as JSON, in their order; base64, because a value may be any bytes."""
    return json.dumps([[name, base64.b64encode(value or b"").decode()] for name, value in headers])


def load_headers(stored: Sequence[Sequence[str]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, base64.b64decode(value)) for name, value in stored)


def _clean(text: str | None) -> str:
    """Without what PostgreSQL's text cannot hold."""
    return (text or "").replace("\0", "\\0")
