"""Who may do what on Kafka is tried, not read back from the lists."""

import asyncio
import secrets

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)
from confluent_kafka import KafkaException

from devkit.native.kafka_admin import KafkaAdmin, Rights, Topic
from devkit.native.quotas import set_quota

pytestmark = pytest.mark.connected

REFUSALS = (ClusterAuthorizationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError)


@pytest.fixture(scope="module")
def admin(infra):
    return KafkaAdmin(infra.kafka.bootstrap, infra.kafka.username, infra.kafka.password)


@pytest.fixture(scope="module")
def prefix():
    return f"t{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def stack(admin, prefix):
    """Two services with a topic each; `orders` also reads `inventory`'s."""
    names = {"orders": f"{prefix}-orders", "inventory": f"{prefix}-inventory"}
    admin.create_topics([Topic(f"{name}.thing.v1", 2) for name in names.values()])
    admin.set_logins({name: f"pw-{name}" for name in names.values()})
    own = {
        name: Rights(name, frozenset({f"{name}.thing.v1"}), groups=frozenset({f"{name}.*"})) for name in names.values()
    }
    reads = Rights(
        names["orders"], own[names["orders"]].writes, frozenset({f"{names['inventory']}.*"}),
        frozenset({f"{names['orders']}.*"}),
    )  # fmt: skip
    admin.set_rights([reads, own[names["inventory"]]])
    yield names
    admin.set_rights([Rights(name) for name in names.values()])
    admin.delete_topics(f"{name}.thing.v1" for name in names.values())


def credentials(admin: KafkaAdmin, name: str) -> dict[str, str]:
    return {
        "bootstrap_servers": admin.bootstrap, "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256", "sasl_plain_username": name, "sasl_plain_password": f"pw-{name}",
    }  # fmt: skip


async def send(admin: KafkaAdmin, name: str, topic: str) -> None:
    producer = AIOKafkaProducer(**credentials(admin, name), enable_idempotence=True)
    try:
        await asyncio.wait_for(producer.start(), 10)
        await asyncio.wait_for(producer.send_and_wait(topic, b"{}"), 10)
    finally:
        await producer.stop()


async def read(admin: KafkaAdmin, name: str, topic: str, group: str) -> None:
    consumer = AIOKafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", **credentials(admin, name))
    try:
        await asyncio.wait_for(consumer.start(), 10)
        await asyncio.wait_for(consumer.getone(), 10)
        await consumer.commit()
    finally:
        await consumer.stop()


async def test_a_service_writes_its_own_topic_and_its_reader_reads_it(admin, stack):
    await send(admin, stack["inventory"], f"{stack['inventory']}.thing.v1")
    await read(admin, stack["orders"], f"{stack['inventory']}.thing.v1", f"{stack['orders']}.readers")


async def test_a_service_cannot_write_anothers_topic(admin, stack):
    with pytest.raises(REFUSALS):
        await send(admin, stack["orders"], f"{stack['inventory']}.thing.v1")


async def test_a_service_cannot_read_what_it_does_not_consume(admin, stack):
    await send(admin, stack["orders"], f"{stack['orders']}.thing.v1")
    topic = f"{stack['orders']}.thing.v1"
    with pytest.raises(REFUSALS):
        await read(admin, stack["inventory"], topic, f"{stack['inventory']}.x")


async def test_a_service_cannot_use_a_group_of_anothers_name(admin, stack):
    await send(admin, stack["inventory"], f"{stack['inventory']}.thing.v1")
    topic = f"{stack['inventory']}.thing.v1"
    with pytest.raises(REFUSALS):
        await read(admin, stack["orders"], topic, f"{stack['inventory']}.x")


def test_a_service_makes_no_topics(admin, stack, prefix):
    mine = KafkaAdmin(admin.bootstrap, stack["orders"], f"pw-{stack['orders']}")
    with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
        mine.create_topics([Topic(f"{stack['orders']}.other.v1")])


def test_a_wrong_password_lets_nobody_in(admin, stack):
    wrong = KafkaAdmin(admin.bootstrap, stack["orders"], "guessed")
    with pytest.raises(KafkaException):
        wrong.client.list_topics(timeout=2)


async def test_rights_that_are_no_longer_meant_are_taken_away(admin, prefix):
    name = f"{prefix}-former"
    admin.create_topics([Topic(f"{name}.v1", 2)])
    admin.set_logins({name: f"pw-{name}"})
    admin.set_rights([Rights(name, writes=frozenset({f"{name}.v1"}))])
    await send(admin, name, f"{name}.v1")

    admin.set_rights([Rights(name)])

    with pytest.raises(REFUSALS):
        await send(admin, name, f"{name}.v1")
    admin.delete_topics([f"{name}.v1"])


def test_topics_have_the_partitions_and_retention_they_were_given(admin, prefix):
    wanted = [Topic(f"{prefix}.log.v1", 12), Topic(f"{prefix}.state.v1", 3, compacted=True)]
    assert admin.create_topics(wanted) == sorted(topic.name for topic in wanted)
    assert admin.create_topics(wanted) == []

    found = admin.client.list_topics(timeout=5).topics
    assert [len(found[topic.name].partitions) for topic in wanted] == [12, 3]
    admin.delete_topics(topic.name for topic in wanted)


@pytest.mark.slow
def test_a_quota_can_be_set(admin, stack, tmp_path):
    set_quota(admin, stack["orders"], bytes_per_second=1_000_000, scratch=tmp_path)

    assert not list(tmp_path.iterdir())
