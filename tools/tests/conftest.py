"""What several tests of the tools need: to try things on Kafka as somebody."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)

from devkit.native.kafka_admin import KafkaAdmin


@dataclass(frozen=True)
class Tries:
    """Every login's password is ``pw-`` and its name."""

    bootstrap: str
    REFUSALS: ClassVar = (
        ClusterAuthorizationFailedError,
        GroupAuthorizationFailedError,
        TopicAuthorizationFailedError,
    )

    def credentials(self, name: str) -> dict[str, str]:
        return {
            "bootstrap_servers": self.bootstrap, "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-256", "sasl_plain_username": name, "sasl_plain_password": f"pw-{name}",
        }  # fmt: skip

    async def send(self, name: str, topic: str) -> None:
        producer = AIOKafkaProducer(**self.credentials(name), enable_idempotence=True)
        try:
            await asyncio.wait_for(producer.start(), 10)
            await asyncio.wait_for(producer.send_and_wait(topic, b"{}"), 10)
        finally:
            await producer.stop()

    async def read(self, name: str, topic: str, group: str) -> None:
        consumer = AIOKafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", **self.credentials(name))
        try:
            await asyncio.wait_for(consumer.start(), 10)
            await asyncio.wait_for(consumer.getone(), 10)
            await consumer.commit()
        finally:
            await consumer.stop()


@pytest.fixture(scope="session")
def admin(infra):
    return KafkaAdmin(infra.kafka.bootstrap, infra.kafka.username, infra.kafka.password)


@pytest.fixture(scope="session")
def tries(infra):
    return Tries(infra.kafka.bootstrap)
