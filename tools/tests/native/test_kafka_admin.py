"""Who may do what on Kafka is tried, not read back from the lists."""

import secrets

import pytest
from confluent_kafka import KafkaException

from devkit.native.kafka_admin import KafkaAdmin, Rights, Topic
from devkit.native.quotas import set_quota

pytestmark = pytest.mark.connected


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


async def test_a_service_writes_its_own_topic_and_its_reader_reads_it(stack, tries):
    await tries.send(stack["inventory"], f"{stack['inventory']}.thing.v1")
    await tries.read(stack["orders"], f"{stack['inventory']}.thing.v1", f"{stack['orders']}.readers")


async def test_a_service_cannot_write_anothers_topic(stack, tries):
    with pytest.raises(tries.REFUSALS):
        await tries.send(stack["orders"], f"{stack['inventory']}.thing.v1")


async def test_a_service_cannot_read_what_it_does_not_consume(stack, tries):
    await tries.send(stack["orders"], f"{stack['orders']}.thing.v1")
    topic = f"{stack['orders']}.thing.v1"
    with pytest.raises(tries.REFUSALS):
        await tries.read(stack["inventory"], topic, f"{stack['inventory']}.x")


async def test_a_service_cannot_use_a_group_of_anothers_name(stack, tries):
    await tries.send(stack["inventory"], f"{stack['inventory']}.thing.v1")
    topic = f"{stack['inventory']}.thing.v1"
    with pytest.raises(tries.REFUSALS):
        await tries.read(stack["orders"], topic, f"{stack['inventory']}.x")


def test_a_service_makes_no_topics(admin, stack, prefix):
    mine = KafkaAdmin(admin.bootstrap, stack["orders"], f"pw-{stack['orders']}")
    with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
        mine.create_topics([Topic(f"{stack['orders']}.other.v1")])


def test_a_wrong_password_lets_nobody_in(admin, stack):
    wrong = KafkaAdmin(admin.bootstrap, stack["orders"], "guessed")
    with pytest.raises(KafkaException):
        wrong.client.list_topics(timeout=2)


async def test_rights_that_are_no_longer_meant_are_taken_away(admin, prefix, tries):
    name = f"{prefix}-former"
    admin.create_topics([Topic(f"{name}.v1", 2)])
    admin.set_logins({name: f"pw-{name}"})
    admin.set_rights([Rights(name, writes=frozenset({f"{name}.v1"}))])
    await tries.send(name, f"{name}.v1")

    admin.set_rights([Rights(name)])

    with pytest.raises(tries.REFUSALS):
        await tries.send(name, f"{name}.v1")
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


async def test_who_leads_a_partition_and_who_coordinates_a_group_can_be_asked(admin, stack):
    assert admin.leader_of(f"{stack['orders']}.thing.v1", 0) == 1
    assert await admin.coordinator_of(f"{stack['orders']}.readers") == 1
