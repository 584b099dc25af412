"""Who may send which shard of the outbox: leases in PostgreSQL, by PostgreSQL's clock, fenced by an epoch.

An epoch grows with every change of owner. Whoever deletes rows names the epoch under which it sent them, so a relay
that was stopped, lost its lease and wakes again can send a second time but never delete what another still owes.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PRESENT = text("""
    INSERT INTO chassis.relay_member (owner, expires_at)
    VALUES (:owner, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (owner) DO UPDATE SET expires_at = excluded.expires_at
""")

_GONE = text("DELETE FROM chassis.relay_member WHERE owner = :owner OR expires_at < clock_timestamp()")

_RENEW = text("""
    UPDATE chassis.relay_lease SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE owner = :owner
    RETURNING shard, epoch
""")

_TAKE = text("""
    UPDATE chassis.relay_lease SET owner = :owner, epoch = epoch + 1,
        expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE shard IN (
        SELECT shard FROM chassis.relay_lease WHERE expires_at <= clock_timestamp()
        ORDER BY shard LIMIT :wanted
        FOR UPDATE SKIP LOCKED
    )
    RETURNING shard, epoch
""")

_FAIR = text("""
    SELECT ceil((SELECT count(*) FROM chassis.relay_lease)::numeric / greatest(1, count(*)))::integer
    FROM chassis.relay_member WHERE expires_at > clock_timestamp()
""")

_RELEASE = text("""
    UPDATE chassis.relay_lease SET owner = NULL, expires_at = '-infinity'
    WHERE owner = :owner AND shard = ANY(CAST(:shards AS smallint[]))
""")


async def hold(connection: AsyncConnection, owner: str, seconds: float) -> tuple[dict[int, int], int]:
    """Say that this relay lives, renew what it has, take what is free up to its share.

    The epochs of the shards it holds now, by shard, and its share of them. A lease that has run out but was taken by
    nobody is still its own; one that somebody took is missing.
    """
    values = {"owner": owner, "seconds": seconds}
    await connection.execute(_PRESENT, values)
    held = {row.shard: row.epoch for row in await connection.execute(_RENEW, values)}
    share = int((await connection.execute(_FAIR)).scalar_one())
    if len(held) < share:
        taken = await connection.execute(_TAKE, {**values, "wanted": share - len(held)})
        held |= {row.shard: row.epoch for row in taken}
    return held, share


async def give_up(connection: AsyncConnection, owner: str, shards: list[int]) -> None:
    """Leave shards to others. Only between two rounds: nothing of them may be on its way."""
    await connection.execute(_RELEASE, {"owner": owner, "shards": shards})


async def leave(connection: AsyncConnection, owner: str, shards: list[int]) -> None:
    """Go in good order: others need not wait for the leases to run out."""
    await give_up(connection, owner, shards)
    await connection.execute(_GONE, {"owner": owner})
