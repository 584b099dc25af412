"""Kafka as the tests' administrator sees it: topics made and removed, records written and read as bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from chassis.records import Record
from chassis.testing.infra import KafkaAccess
from chassis.testing.patience import eventually

_CREATED_OR_THERE = "TOPIC_ALREADY_EXISTS"


class Broker:
    """One broker, or the part of it whose topics begin with ``prefix``."""

    def __init__(self, access: KafkaAccess, prefix: str) -> None:
        self.access = access
        self.prefix = prefix
        self._admin = AdminClient(self._librdkafka())
        self._made: set[str] = set()

    @property
    def settings(self) -> dict[str, Any]:
        """What a service's settings need to reach this broker and these topics."""
        return {
            "kafka_bootstrap": self.access.bootstrap,
            "kafka_username": self.access.username,
            "kafka_password": self.access.password,
            "kafka_security": self.access.security,
            "topic_prefix": self.prefix,
        }

    async def make(self, *topics: str, partitions: int = 3, compacted: bool = False, **config: str) -> None:
        """Create topics (named without the prefix) and wait until the broker knows them."""
        policy = {"cleanup.policy": "compact"} if compacted else {}
        new = [
            NewTopic(self.prefix + topic, num_partitions=partitions, replication_factor=1, config={**policy, **config})
            for topic in topics
        ]
        for topic, future in self._admin.create_topics(new).items():
            try:
                await asyncio.to_thread(future.result, 30)
            except KafkaException as error:
                if error.args[0].name() != _CREATED_OR_THERE:
                    raise
            self._made.add(topic)

    async def remove(self, *topics: str) -> None:
        """Delete topics, named without the prefix; without any, all that were made here."""
        doomed = [self.prefix + topic for topic in topics] or sorted(self._made)
        if doomed:
            for topic, future in self._admin.delete_topics(doomed).items():
                await asyncio.to_thread(future.result, 30)
                self._made.discard(topic)

    async def write(
        self,
        topic: str,
        records: Iterable[tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes]]]],
    ) -> None:
        """Write (key, value, headers), in order."""
        producer = AIOKafkaProducer(**self.client_settings(), acks="all", enable_idempotence=True)
        await producer.start()
        try:
            sent = [
                await producer.send(self.prefix + topic, value=value, key=key, headers=list(headers))
                for key, value, headers in records
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read(self, topic: str, *, at_least: int = 0, within: float = 20.0) -> list[Record]:
        """Everything in a topic from offset 0, by partition and offset; waits until there are ``at_least`` so many."""
        consumer = AIOKafkaConsumer(**self.client_settings(), enable_auto_commit=False, auto_offset_reset="earliest")
        await consumer.start()
        try:
            async with asyncio.timeout(within):
                partitions = await self._partitions(self.prefix + topic)
                consumer.assign(partitions)
                await consumer.seek_to_beginning()
                found: list[Record] = []
                while True:
                    ends = await consumer.end_offsets(partitions)
                    positions = {each: await consumer.position(each) for each in partitions}
                    if len(found) >= at_least and all(positions[each] >= ends[each] for each in partitions):
                        break
                    polled = await consumer.getmany(timeout_ms=200)
                    found += [record_of(each) for several in polled.values() for each in several]
        finally:
            await consumer.stop()
        return sorted(found, key=lambda each: (each.partition, each.offset))

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        async def known() -> list[int]:
            found = await asyncio.to_thread(self._admin.list_topics, topic, 10)
            return sorted(found.topics[topic].partitions)

        return [TopicPartition(topic, each) for each in await eventually(known)]

    def client_settings(self) -> dict[str, Any]:
        """For a client of the test's own (aiokafka's words)."""
        if self.access.username is None:
            return {"bootstrap_servers": self.access.bootstrap}
        return {
            "bootstrap_servers": self.access.bootstrap,
            "security_protocol": self.access.security.upper(),
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": self.access.username,
            "sasl_plain_password": self.access.password,
        }

    def _librdkafka(self) -> dict[str, Any]:
        reach = {"bootstrap.servers": self.access.bootstrap, "log_level": 0}
        if self.access.username is None:
            return reach
        return reach | {
            "security.protocol": self.access.security.upper(),
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": self.access.username,
            "sasl.password": self.access.password,
        }


def record_of(raw: Any) -> Record:
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        headers=tuple(raw.headers),
        timestamp=raw.timestamp,
    )
