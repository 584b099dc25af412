"""What a consumer has handled and where it goes on, written in the transaction of the effects.

A batch first takes the rows of its positions (sorted), then its inbox rows in the order of the log, then reads the
parked keys. Two owners of one partition (a rebalance overlaps) therefore wait for each other at the first row, and what
the one has committed the other sees as handled.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Partition = tuple[str, int]
"""A topic and the number of its partition."""

_ADVANCE = text("""
    INSERT INTO chassis.consumer_offset AS stored (consumer, topic, partition, next_offset)
    SELECT :consumer, n.topic, n.partition, n.next_offset
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:offsets AS bigint[]))
         AS n (topic, partition, next_offset)
    ORDER BY n.topic, n.partition
    ON CONFLICT (consumer, topic, partition) DO UPDATE
        SET next_offset = greatest(stored.next_offset, excluded.next_offset), updated_at = clock_timestamp()
""")

_REMEMBER = text("""
    INSERT INTO chassis.inbox (consumer, event_id)
    SELECT :consumer, id FROM unnest(CAST(:ids AS text[])) WITH ORDINALITY AS n (id, place) ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING event_id
""")

_PARKED = text("""
    SELECT p.topic, p.key FROM chassis.parked_key p
    JOIN unnest(CAST(:topics AS text[]), CAST(:keys AS text[])) AS n (topic, key)
         ON p.topic = n.topic AND p.key = n.key
    WHERE p.consumer = :consumer
    ORDER BY p.topic, p.key
    FOR SHARE OF p
""")

_POSITIONS = text("""
    SELECT topic, partition, next_offset FROM chassis.consumer_offset
    WHERE consumer = :consumer AND topic = ANY(CAST(:topics AS text[]))
""")


async def advance(connection: AsyncConnection, consumer: str, next_offsets: Mapping[Partition, int]) -> None:
    """Store where the consumer goes on once this commits; never backwards."""
    places = sorted(next_offsets.items())
    await connection.execute(
        _ADVANCE,
        {
            "consumer": consumer,
            "topics": [topic for (topic, _), _ in places],
            "partitions": [partition for (_, partition), _ in places],
            "offsets": [offset for _, offset in places],
        },
    )


async def remember(connection: AsyncConnection, consumer: str, ids: Sequence[str]) -> set[str]:
    """Mark events as handled; the ids that were not yet. Waits for another transaction that is at the same event."""
    if not ids:
        return set()
    rows = await connection.execute(_REMEMBER, {"consumer": consumer, "ids": list(dict.fromkeys(ids))})
    return set(rows.scalars())


async def parked(connection: AsyncConnection, consumer: str, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which (topic, key) pairs wait on the desk. Holds them so until commit, so that no replay can unpark them now."""
    wanted = sorted(set(keys))
    if not wanted:
        return set()
    rows = await connection.execute(
        _PARKED,
        {"consumer": consumer, "topics": [topic for topic, _ in wanted], "keys": [key for _, key in wanted]},
    )
    return {(row.topic, row.key) for row in rows}


async def positions(connection: AsyncConnection, consumer: str, topics: Iterable[str]) -> dict[Partition, int]:
    """Where the consumer goes on, by partition; one that it never read is missing."""
    rows = await connection.execute(_POSITIONS, {"consumer": consumer, "topics": sorted(set(topics))})
    return {(row.topic, row.partition): row.next_offset for row in rows}
