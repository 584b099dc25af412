"""Every login on Kafka and on PostgreSQL against everything there is, by trying."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from shop import Stack

from devkit.native.kafka_admin import login
from devkit.stack.home import Home

SERVICES = ("orders", "inventory", "shipping", "accounting", "crm", "gateway")
PARTNER, CARRIER = "partner-acl-shop", "partner-acl-carrier"
READ_BY: Mapping[str, frozenset[str]] = {
    "orders.order.v1": frozenset({"inventory", "shipping", "accounting", "crm", "gateway"}),
    "inventory.product.v1": frozenset({"orders", "gateway", PARTNER, CARRIER}),
    "inventory.stock.v1": frozenset({"orders", "gateway", PARTNER, CARRIER}),
    "inventory.fulfilment.v1": frozenset({"orders", "shipping", "accounting", "crm", "gateway"}),
    "inventory.stock-move.v1": frozenset({"accounting", "gateway"}),
    "inventory.alert.v1": frozenset({"gateway"}),
    "shipping.shipment.v1": frozenset({"orders", "inventory", "accounting", "crm", "gateway"}),
    "accounting.payment.v1": frozenset({"orders", "gateway"}),
    "crm.customer.v1": frozenset({"orders", "shipping", "gateway"}),
    "gateway.identity.v1": frozenset({"orders", "inventory", "shipping", "accounting", "crm"}),
    "orders.intake.v1.acl-shop": frozenset({"orders"}),
    "orders.intake-result.v1.acl-shop": frozenset({PARTNER}),
    "shipping.carrier-scan.v1.acl-carrier": frozenset({"shipping"}),
    "shipping.carrier-scan-result.v1.acl-carrier": frozenset({CARRIER}),
}
"""Topic -> who hears it: the map of ARCHITECTURE.md and the doors, written down here once more."""
WRITTEN_BY_PARTNERS = {
    "orders.intake.v1.acl-shop": PARTNER,
    "shipping.carrier-scan.v1.acl-carrier": CARRIER,
}
REFUSED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
}


@pytest.fixture(scope="module")
def doors(stack: Stack) -> Iterator[dict[str, str]]:
    """Two doors are open; the password of every login on Kafka."""
    stack.dev("partner", "add", "acl-shop")
    stack.dev("partner", "add", "acl-carrier", "--door", "scans")
    home = stack.home
    yield {name: home.secret(f"kafka {name}") for name in (*SERVICES, PARTNER, CARRIER)}
    stack.dev("partner", "remove", "acl-shop")
    stack.dev("partner", "remove", "acl-carrier")


def bootstrap(home: Home) -> str:
    return f"127.0.0.1:{home.ports.kafka(1)[0]}"


def all_topics(settings: Mapping[str, Any]) -> set[str]:
    """What this login sees there is."""
    producer = Producer(dict(settings))
    return set(producer.list_topics(timeout=20).topics)


def writes(settings: Mapping[str, Any], topics: list[str]) -> set[str]:
    """The topics on which a record of this login was taken. It is one that nobody reads as an event."""
    taken: set[str] = set()

    def told(error: KafkaError | None, message: Any) -> None:
        if error is None:
            taken.add(message.topic())
        else:
            assert error.code() in REFUSED, error

    producer = Producer({**settings, "enable.idempotence": False, "acks": "all", "message.timeout.ms": 20_000})
    for topic in topics:
        # A tombstone of a key that never was: readers of state forget nothing, readers of events put it on the desk.
        producer.produce(topic, None, key=f"acl-{uuid4()}", on_delivery=told)
    assert producer.flush(40) == 0
    return taken


def reads(settings: Mapping[str, Any], topics: list[str]) -> set[str]:
    """The topics this login was let read from, without any group. One it may not even see it may not read."""
    let_in: set[str] = set()
    refused: set[str] = set()
    consumer = Consumer({**settings, "group.id": "none", "enable.auto.commit": False, "enable.partition.eof": True})
    try:
        for topic in topics:
            unseen = consumer.list_topics(topic, timeout=20).topics[topic].error
            if unseen is not None:
                assert unseen.code() in REFUSED, unseen
                refused.add(topic)
        consumer.assign([TopicPartition(topic, 0, OFFSET_END) for topic in topics if topic not in refused])
        deadline = time.monotonic() + 60
        while let_in | refused != set(topics):
            missing = set(topics) - let_in - refused
            assert time.monotonic() < deadline, f"nothing is said about {missing}"
            message = consumer.poll(0.5)
            if message is None:
                continue
            error = message.error()
            if error is None or error.code() == KafkaError._PARTITION_EOF:
                let_in.add(str(message.topic()))
            elif error.code() in REFUSED and message.topic() is not None:
                refused.add(str(message.topic()))
    finally:
        consumer.close()
    assert not let_in & refused
    return let_in


@pytest.mark.parametrize("principal", [*SERVICES, PARTNER, CARRIER])
def test_on_kafka_a_login_hears_what_it_must_and_nothing_else(
    stack: Stack, doors: Mapping[str, str], principal: str
) -> None:
    settings = login(bootstrap(stack.home), principal, doors[principal])
    assert reads(settings, list(READ_BY)) == {topic for topic, readers in READ_BY.items() if principal in readers}


@pytest.mark.parametrize("principal", [*SERVICES, PARTNER, CARRIER])
def test_on_kafka_a_login_says_only_what_is_its_own(stack: Stack, doors: Mapping[str, str], principal: str) -> None:
    settings = login(bootstrap(stack.home), principal, doors[principal])
    own = {topic for topic, writer in WRITTEN_BY_PARTNERS.items() if writer == principal}
    if principal in SERVICES:
        own = {topic for topic in READ_BY if topic.startswith(f"{principal}.") and topic not in WRITTEN_BY_PARTNERS}
    # What a service says of itself is shown by everything else; a stray record would only trouble its readers.
    others = [topic for topic in READ_BY if topic not in own or principal not in SERVICES]
    assert writes(settings, others) == (own if principal not in SERVICES else set())


def test_on_kafka_there_is_no_topic_that_this_table_forgets(stack: Stack, doors: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for principal in (*SERVICES, PARTNER, CARRIER):
        seen |= all_topics(login(bootstrap(stack.home), principal, doors[principal]))
    assert {topic for topic in seen if not topic.startswith("__")} >= set(READ_BY)
    strange = {t for t in seen - set(READ_BY) if not t.startswith(("__", "orders.intake", "shipping.carrier-scan"))}
    assert strange == set()


@pytest.mark.parametrize(
    ("who", "password"), [("orders", "wrong"), ("nobody", "nothing"), ("", ""), (f"{PARTNER}x", "x")]
)
def test_on_kafka_nobody_gets_in_without_a_login(
    stack: Stack, doors: Mapping[str, str], who: str, password: str
) -> None:
    with pytest.raises(KafkaException):
        Producer(login(bootstrap(stack.home), who or " ", password or " ")).list_topics(timeout=3)


def test_on_kafka_nobody_gets_in_without_saying_who_he_is(stack: Stack) -> None:
    with pytest.raises(KafkaException):
        Producer({"bootstrap.servers": bootstrap(stack.home), "log_level": 0}).list_topics(timeout=3)


@pytest.mark.parametrize("principal", SERVICES)
async def test_a_database_lets_in_its_own_service_and_nobody_else(stack: Stack, principal: str) -> None:
    parts = urlsplit(stack.database_url(principal))

    async def gets_in(database: str, password: str) -> bool:
        try:
            connection = await asyncpg.connect(
                host=parts.hostname, port=parts.port, user=principal, password=password, database=database, timeout=30
            )
        except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidPasswordError):
            return False
        await connection.close()
        return True

    databases = (*SERVICES, "postgres", "template1")
    own = str(parts.password)
    let_in = await asyncio.gather(*(gets_in(each, own) for each in databases))
    assert [each for each, yes in zip(databases, let_in, strict=True) if yes] == [principal]
    assert not await gets_in(principal, "wrong")
    assert not await gets_in(principal, "")


@pytest.mark.parametrize("principal", SERVICES)
async def test_a_database_login_reaches_nothing_of_the_server(stack: Stack, principal: str) -> None:
    connection = await asyncpg.connect(stack.database_url(principal))
    try:
        for forbidden in (
            "CREATE DATABASE mine",
            "CREATE ROLE mine SUPERUSER",
            f'ALTER ROLE "{principal}" SUPERUSER',
            "COPY (SELECT 1) TO '/tmp/stolen'",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('postgresql.conf')",
            "SELECT rolpassword FROM pg_authid",
            "ALTER SYSTEM SET fsync = off",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()


def test_the_table_says_what_the_documents_say(stack: Stack) -> None:
    """Who reads what is declared by each service; a reader that this table lacks would be a hole in the test."""
    declared = {name: json.loads((stack.home.run / f"{name}.topics.json").read_text())["says"] for name in SERVICES}
    for topic, readers in READ_BY.items():
        known = {name for name, says in declared.items() if any(_covers(each, topic) for each in says["reads"])}
        assert known == readers & set(SERVICES), topic


def _covers(declared: Mapping[str, Any], topic: str) -> bool:
    name = str(declared["topic"])
    return topic.startswith(f"{name}.") if declared.get("by_partner") else topic == name
