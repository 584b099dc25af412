"""Bytes and near-valid events on every topic that anybody reads.

Nothing stops and nothing is lost: each record is handled, or lies on the desk with a reason a person understands.
The services here take any number of bad keys: that a consumer rather stops than let hundreds pass has its own test.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from confluent_kafka import KafkaError, Producer
from shop import Stack, eventually

from devkit.native.kafka_admin import login
from devkit.stack.own import OwnStack
from fault.spoilt import KEYS, records
from mutants.edit import Edit
from mutants.infect import infect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
EACH = 60
"""Records per topic."""
SEED = 20260731
TRUSTING = Edit(
    module="chassis.settings",
    within="ServiceSettings",
    old="poison_keys: int = Field(default=20, ge=1)",
    new="poison_keys: int = Field(default=100_000, ge=1)",
)


@dataclass(frozen=True)
class Sent:
    """A record and where it came to lie."""

    topic: str
    partition: int
    offset: int
    event_id: str
    kind: str
    empty: bool

    @property
    def place(self) -> tuple[int, int]:
        return self.partition, self.offset

    @property
    def names(self) -> set[str]:
        """Under any of which a reader remembers that it was handled: a door's are the partner's own, or the place."""
        return {self.event_id, f"{self.topic}/{self.event_id}", f"{self.topic}/{self.partition}-{self.offset}"}


DOORS = {"orders.intake.v1": ("orders", "fuzz-shop"), "shipping.carrier-scan.v1": ("scans", "fuzz-carrier")}


def send(stack: Stack, topic: str, number: int) -> list[Sent]:
    """Put the records on a topic, as whoever may write there."""
    home = stack.home
    owner, real = topic.partition(".")[0], topic
    if topic in DOORS:
        door, partner = DOORS[topic]
        stack.dev("partner", "add", partner, "--door", door)
        owner, real = f"partner-{partner}", f"{topic}.{partner}"
    settings = login(f"127.0.0.1:{home.ports.kafka(1)[0]}", owner, home.secret(f"kafka {owner}"))
    producer = Producer({**settings, "enable.idempotence": False, "acks": "all"})
    sent: list[Sent] = []

    def told(record: Mapping[str, Any], error: Any, message: Any) -> None:
        if error is not None:
            assert error.code() == KafkaError.INVALID_RECORD, error  # a compacted topic takes nothing without a key
            return
        said = {name: value.decode(errors="replace") for name, value in record["headers"]}
        id, kind, empty = said.get("ce_id", ""), said.get("ce_type", ""), record["value"] is None
        sent.append(Sent(real, message.partition(), message.offset(), id, kind, empty))

    rng = random.Random(SEED + number)
    for record in records(topic, EACH, SEED + number):
        producer.produce(real, **record, partition=rng.randrange(12), on_delivery=partial(told, record))
    assert producer.flush(60) == 0
    assert len(sent) >= EACH // 2
    return sent


@dataclass(frozen=True)
class Reader:
    """Who reads a topic, as the services declare it. ``way``: consumer, copy or door; ``handles``: types of events."""

    service: str
    name: str
    way: str
    handles: frozenset[str]

    def wants(self, record: Sent) -> bool:
        """Whether it may not pass by."""
        return self.way == "door" or (record.kind in self.handles and not record.empty)


def readers(stack: Stack, topic: str) -> list[Reader]:
    found = []
    for file in sorted(stack.home.run.glob("*.topics.json")):
        says = json.loads(file.read_text())["says"]
        for each in says["reads"]:
            real = each["topic"]
            if real == topic or (each.get("by_partner") and topic.startswith(f"{real}.")):
                found.append(Reader(says["service"], each["name"], each["as"], frozenset(each["handles"])))
    return found


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("bytes")
    platform = Stack(OwnStack(folder / "home", PYTHONPATH=infect([TRUSTING], folder / "edits")))
    platform.dev("up", "--detach", "--no-tracing")
    yield platform
    platform.dev("down")


@pytest.fixture(scope="module")
def sent(stack: Stack) -> list[Sent]:
    return [each for number, topic in enumerate(sorted(KEYS)) for each in send(stack, topic, number)]


async def test_every_record_is_handled_or_on_the_desk_for_a_reason_in_words(stack: Stack, sent: list[Sent]) -> None:
    for topic in sorted({each.topic for each in sent}):
        found = readers(stack, topic)
        assert found, topic
        for reader in found:
            connection = await asyncpg.connect(stack.database_url(reader.service))
            try:
                await _accounted_for(connection, reader, [each for each in sent if each.topic == topic])
            finally:
                await connection.close()


async def _accounted_for(connection: Any, reader: Reader, sent: list[Sent]) -> None:
    await _passed(connection, reader.name, sent)
    letters = await connection.fetch(
        'SELECT partition, "offset", state, error_class, error FROM chassis.dead_letter '
        "WHERE consumer = $1 AND topic = $2",
        reader.name, sent[0].topic,
    )  # fmt: skip
    puzzling = [dict(each) for each in letters if each["state"] == "failed" and each["error_class"] not in UNDERSTOOD]
    assert puzzling == [], f"{reader}: {len(puzzling)} of {len(letters)}"
    assert all(str(each["error"]).strip() for each in letters if each["state"] == "failed")
    if reader.way != "copy":  # a copy keeps no list of what it took over
        rows = await connection.fetch("SELECT event_id FROM chassis.inbox WHERE consumer = $1", reader.name)
        handled, lying = {row["event_id"] for row in rows}, {(row["partition"], row["offset"]) for row in letters}
        wanted = [each for each in sent if reader.wants(each)]
        assert [each for each in wanted if not each.names & handled and each.place not in lying] == [], reader


UNDERSTOOD = {"UnreadableRecord", "Permanent"}
"""What a reader says about a record himself, in words; anything else would be a fault that nobody foresaw."""


async def _passed(connection: Any, consumer: str, sent: list[Sent]) -> None:
    """Wait until the stored positions of the consumer are behind every one of these records."""
    ends: dict[int, int] = {}
    for each in sent:
        ends[each.partition] = max(ends.get(each.partition, 0), each.offset + 1)

    async def behind() -> Mapping[int, tuple[int, int]]:
        rows = await connection.fetch(
            "SELECT partition, next_offset FROM chassis.consumer_offset WHERE consumer = $1 AND topic = $2",
            consumer, sent[0].topic,
        )  # fmt: skip
        at = {row["partition"]: row["next_offset"] for row in rows}
        return {part: (at.get(part, 0), end) for part, end in ends.items() if at.get(part, 0) < end}

    await eventually(behind, lambda late: not late, patience=120)


async def test_after_all_of_it_everything_still_runs_as_it_did(stack: Stack, sent: list[Sent]) -> None:
    ports = stack.home.ports
    roles = [(name, port) for name in stack.home.plan.services for port in (ports.consume(name), ports.relay(name))]

    async def troubles() -> dict[str, Any]:
        found = {}
        async with httpx2.AsyncClient(timeout=30) as client:
            for name, port in roles:
                answer = await client.get(f"http://127.0.0.1:{port}/health/ready")
                if answer.status_code != 200:
                    found[f"{name} {port}"] = answer.json()
        return found

    assert await eventually(troubles, lambda found: not found) == {}


async def test_whatever_comes_to_a_door_is_answered(stack: Stack, sent: list[Sent]) -> None:
    """Accepted or refused with every reason; only bytes that are no JSON go to the desk."""
    for topic, (_, partner) in DOORS.items():
        owner = topic.partition(".")[0]
        here = [each for each in sent if each.topic == f"{topic}.{partner}"]
        connection = await asyncpg.connect(stack.database_url(owner))
        try:
            letters = await connection.fetch(
                "SELECT error FROM chassis.dead_letter WHERE topic = $1 AND error_class = 'UnreadableRecord'",
                here[0].topic,
            )
            parked = await connection.fetchval(
                "SELECT count(*) FROM chassis.parked_key WHERE topic = $1", here[0].topic
            )
        finally:
            await connection.close()
        assert all("not JSON" in letter["error"] for letter in letters)
        assert parked == 0
        assert len(letters) < len(here)
