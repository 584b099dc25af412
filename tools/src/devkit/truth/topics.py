"""Everything that lies on the topics, from offset 0."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from devkit.native.kafka import ADMIN, MECHANISM
from devkit.stack.home import Home
from devkit.stack.servers import Servers

INTERNAL = "__"
PATIENCE = 60
"""Seconds in which a broker answers."""


@dataclass(frozen=True, slots=True)
class Said:
    """One record. ``key`` and headers as text; ``value`` None is a tombstone."""

    topic: str
    partition: int
    offset: int
    key: str
    id: str
    type: str
    sequence: int
    value: bytes | None

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.value or b"{}")
        return found


@dataclass(frozen=True)
class Topic:
    """A topic's records, each partition's in its order. ``ends`` and ``begins`` are offsets by partition."""

    name: str
    records: list[Said]
    begins: Mapping[int, int]
    ends: Mapping[int, int]

    def events(self, *types: str) -> Iterator[Said]:
        """The first occurrence of each event, by default of every type."""
        seen: set[str] = set()
        for record in self.records:
            if record.id not in seen and (not types or record.type in types):
                seen.add(record.id)
                yield record

    def by_key(self) -> dict[str, list[Said]]:
        """The records of each key, repeats included."""
        found: dict[str, list[Said]] = defaultdict(list)
        for record in self.records:
            found[record.key].append(record)
        return found


async def read_topics(home: Home, *, records: bool = True) -> dict[str, Topic]:
    """All topics but Kafka's own; without their records only how far they go."""
    servers = Servers(home)
    kafka = servers.kafka
    known = (await asyncio.to_thread(servers.admin.client.list_topics, timeout=PATIENCE)).topics
    names = sorted(name for name in known if not name.startswith(INTERNAL))
    places = [TopicPartition(name, number) for name in names for number in known[name].partitions]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap, security_protocol="SASL_PLAINTEXT", sasl_mechanism=MECHANISM,
        sasl_plain_username=ADMIN, sasl_plain_password=kafka.password, enable_auto_commit=False,
        request_timeout_ms=PATIENCE * 1000,
    )  # fmt: skip
    await consumer.start()
    try:
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        found = await _read(consumer, begins, ends) if records else {}
    finally:
        await consumer.stop()

    def of(offsets: Mapping[TopicPartition, int], name: str) -> dict[int, int]:
        return {place.partition: offset for place, offset in offsets.items() if place.topic == name}

    return {name: Topic(name, found.get(name, []), of(begins, name), of(ends, name)) for name in names}


async def _read(
    consumer: AIOKafkaConsumer, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    left = {place for place, end in ends.items() if end > begins[place]}
    consumer.assign(sorted(left))
    for place in left:
        consumer.seek(place, begins[place])
    while left:
        batches = await consumer.getmany(timeout_ms=1000)
        for place, records in batches.items():
            found[place.topic] += [_said(record) for record in records if record.offset < ends[place]]
        left = {place for place in left if await consumer.position(place) < ends[place]}
    return found


def _said(record: Any) -> Said:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    sequence = headers.get("ce_sequence", "")
    return Said(
        record.topic, record.partition, record.offset, (record.key or b"").decode(errors="replace"),
        headers.get("ce_id", ""), headers.get("ce_type", ""), int(sequence) if sequence.isdecimal() else 0,
        record.value,
    )  # fmt: skip
