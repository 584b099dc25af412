"""The floor of reading and sending: bare loops over asyncpg and aiokafka with the same rows and the same bytes.

They keep the promises' cost (acks=all, idempotence, one transaction per batch, delete after acknowledgement), but not
the promises: no lease, no desk, no order under failure, no traces.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from devkit.bench.stage import Stage
from devkit.native.kafka import ADMIN
from devkit.native.kafka_admin import Topic

EVENTS, BATCH, BYTES = 20_000, 200, 900
TOPIC = "bench.floor"
_TABLES = """
    CREATE SCHEMA IF NOT EXISTS floor;
    DROP TABLE IF EXISTS floor.inbox, floor.effects, floor.contacts, floor.positions, floor.outbox;
    CREATE TABLE floor.inbox (consumer text, event_id text, PRIMARY KEY (consumer, event_id));
    CREATE TABLE floor.effects (LIKE customers INCLUDING ALL);
    CREATE TABLE floor.contacts (LIKE customer_orders INCLUDING ALL);
    CREATE TABLE floor.positions (partition integer PRIMARY KEY, next_offset bigint);
    CREATE TABLE floor.outbox (LIKE chassis.outbox INCLUDING ALL);
"""
_FILL = f"""
    INSERT INTO floor.outbox (id, topic, aggregatetype, aggregateid, type, version, payload, headers, shard)
    SELECT gen_random_uuid(), '{TOPIC}', '{TOPIC}', n % 5000, 'filler', n,
           convert_to(repeat('x', {BYTES}), 'UTF8'), '{{}}', 0
    FROM generate_series(1, {EVENTS}) n
"""  # noqa: S608 - names and numbers of ours
_EFFECTS = (
    "INSERT INTO floor.inbox SELECT 'floor', unnest($1::text[]) ON CONFLICT DO NOTHING",
    """INSERT INTO floor.effects (id, phone, name, address, orders, last_order_at)
       SELECT gen_random_uuid(), id, 'Nguyễn Văn A', '{"street": "1 Lê Lợi", "ward": "W", "province": "P"}', 1, now()
       FROM unnest($1::text[]) id""",
    """INSERT INTO floor.contacts (order_id, code, channel, source, total, currency, placed_at, first_seen_at)
       SELECT id::uuid, id, 'marketplace', 'bench', 1, 'VND', now(), now() FROM unnest($1::text[]) id""",
)

_POSITION = "INSERT INTO floor.positions VALUES ($1, $2) ON CONFLICT (partition) DO UPDATE SET next_offset = $2"


async def floor_relay(stage: Stage) -> float:
    """Rows a second from a table to the topic: read, send, await all acknowledgements, delete."""
    producer = AIOKafkaProducer(
        **_login(stage), acks="all", enable_idempotence=True, linger_ms=2, max_batch_size=128 * 1024,
        compression_type="lz4",
    )  # fmt: skip
    stage.servers.admin.create_topics([Topic(TOPIC)])
    connection = await _connection(stage)
    await producer.start()
    try:
        await connection.execute(_TABLES)
        await connection.execute(_FILL)
        begun = time.perf_counter()
        while rows := await connection.fetch("SELECT * FROM floor.outbox ORDER BY seq LIMIT 1000"):
            headers = [("ce_id", b"x" * 36), ("ce_type", b"filler"), ("ce_source", b"floor")]
            sent = [
                await producer.send(TOPIC, row["payload"], row["aggregateid"].encode(), headers=headers) for row in rows
            ]
            await asyncio.gather(*sent)
            await connection.execute("DELETE FROM floor.outbox WHERE seq = ANY($1)", [row["seq"] for row in rows])
        return EVENTS / (time.perf_counter() - begun)
    finally:
        await producer.stop()
        await connection.close()


async def floor_consumer(stage: Stage) -> float:
    """Events a second from the topic into rows: one transaction per batch, positions stored with the effects."""
    await floor_relay(stage)
    consumer = AIOKafkaConsumer(
        TOPIC, **_login(stage), group_id=None, auto_offset_reset="earliest", enable_auto_commit=False
    )
    connection = await _connection(stage)
    await consumer.start()
    try:
        begun, done = time.perf_counter(), 0
        while done < EVENTS:
            polled = await consumer.getmany(timeout_ms=500, max_records=BATCH)
            ids = [str(uuid4()) for records in polled.values() for _ in records]
            async with connection.transaction():
                for statement in _EFFECTS:
                    await connection.execute(statement, ids)
                await connection.executemany(
                    _POSITION,
                    [(place.partition, records[-1].offset + 1) for place, records in polled.items()],
                )
            done += len(ids)
        return done / (time.perf_counter() - begun)
    finally:
        await consumer.stop()
        await connection.close()


def _login(stage: Stage) -> dict[str, Any]:
    kafka = stage.servers.kafka
    return {
        "bootstrap_servers": kafka.bootstrap, "security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": ADMIN, "sasl_plain_password": kafka.password,
    }  # fmt: skip


async def _connection(stage: Stage) -> Any:
    postgres = stage.servers.postgres
    return await asyncpg.connect(
        host=postgres.host, port=postgres.port, user="admin", password=postgres.password, database="crm"
    )
