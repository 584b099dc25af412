"""What a transaction will say once it is committed.

An event leaves a service only as a row of ``chassis.outbox``, written in the transaction of its cause. The rows of one
transaction go in with one statement, which first takes the (topic, key) pairs in sorted order. That locks each key
until commit and numbers its events without a gap, whichever aggregates spoke; the relay's order (``seq``) is drawn
only after the lock, so under one key it agrees with the numbers.

Numbers of a compacted topic say which state is newer, and copies believe only newer ones. A database that was put back
to an older copy has forgotten which numbers it gave; so these never fall behind the clock: seconds since 1970, then a
counter (a hybrid logical clock). They only grow, with gaps, which compaction leaves anyway.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import driver
from contracts.headers import CONTENT_TYPE, SPEC_VERSION

SHARDS = 4
"""Into so many parts the outbox is cut; each part has one relay at a time. Fixed with the first migration."""


class PayloadTooLarge(ValueError):
    """An event is larger than the broker would take. Refused at once, because later it could never be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One row to be. ``payload`` None is a tombstone; ``record_key`` None is a record without key.

    ``aggregate_id`` is the key as text: what numbers and shards go by, and what the event is about (``ce_subject``).
    """

    id: str
    topic: str
    aggregate_id: str
    record_key: bytes | None
    type: str
    payload: bytes | None
    source: str
    time: datetime
    occurred_at: datetime
    actor: str
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    compacted: bool

    def headers(self) -> dict[str, str]:
        """All headers but ``ce_sequence``, which the database numbers, and ``traceparent``, which the relay renews."""
        values = {
            "ce_specversion": SPEC_VERSION,
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_time": _written(self.time),
            "ce_subject": self.aggregate_id,
            "ce_correlationid": self.correlation_id,
            "ce_causationid": self.causation_id,
            "ce_actor": self.actor,
            "ce_occurredat": _written(self.occurred_at),
            "content-type": CONTENT_TYPE,
        }
        return {name: value for name, value in values.items() if value is not None}


_WRITE = """
    WITH said AS (
        SELECT * FROM unnest(
            $1::text[], $2::text[], $3::text[], $4::bytea[],
            $5::text[], $6::bytea[], $7::text[], $8::text[], $10::boolean[]
        ) WITH ORDINALITY AS s (id, topic, aggregate, key, type, payload, headers, trace, compacted, place)
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY topic, aggregate ORDER BY place) AS rank FROM said
    ), numbered AS (
        INSERT INTO chassis.stream AS stream (topic, key, version)
        SELECT topic, aggregate,
               count(*) + CASE WHEN bool_or(compacted) THEN extract(epoch FROM clock_timestamp())::bigint << 20
                               ELSE 0 END
        FROM said GROUP BY topic, aggregate ORDER BY topic, aggregate
        -- The lower 20 bits of what is inserted count the events, those above are the clock.
        ON CONFLICT (topic, key) DO UPDATE
            SET version = greatest(stream.version, excluded.version >> 20 << 20) + (excluded.version & 1048575)
        RETURNING topic, key, version
    ), pairs AS (
        SELECT topic, aggregate, count(*) AS n FROM said GROUP BY topic, aggregate
    )
    INSERT INTO chassis.outbox (id, topic, aggregatetype, aggregateid, record_key, type, version, payload, headers,
                                traceparent, shard)
    SELECT r.id, r.topic, r.topic, r.aggregate, r.key, r.type, v.version - p.n + r.rank, r.payload,
           CAST(r.headers AS jsonb), r.trace, mod(hashtextextended(r.aggregate, 0) & 9223372036854775807, $9::bigint)
    FROM ranked r
    JOIN pairs p ON p.topic = r.topic AND p.aggregate = r.aggregate
    JOIN numbered v ON v.topic = r.topic AND v.key = r.aggregate
    ORDER BY r.place
"""


async def write(connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
    """Insert the rows in the order in which they were said, numbering them under their keys."""
    await driver.execute(
        connection,
        _WRITE,
        [row.id for row in rows],
        [row.topic for row in rows],
        [row.aggregate_id for row in rows],
        [row.record_key for row in rows],
        [row.type for row in rows],
        [row.payload for row in rows],
        [json.dumps(row.headers()) for row in rows],
        [row.traceparent for row in rows],
        SHARDS,
        [row.compacted for row in rows],
    )


def checked(payload: bytes, limit: int, what: str) -> bytes:
    if len(payload) > limit:
        raise PayloadTooLarge(f"{what} has {len(payload)} bytes; the broker is sent at most {limit}")
    return payload


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


__all__ = ["SHARDS", "Outgoing", "PayloadTooLarge", "checked", "write"]
