"""From the outboxes to the topics. ``chassis.stream`` counts, in the transaction of each event, what was said under
every key; so what a topic must hold is known without asking the topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from devkit.truth.evidence import Evidence
from devkit.truth.topics import Said, Topic
from devkit.verdict import Found


async def outboxes_empty(found: Evidence) -> Found:
    wrong = []
    for service in found.services:
        rows = await found.ask(service, "SELECT topic, aggregateid, type FROM chassis.outbox ORDER BY seq")
        wrong += [f"{service} still has {row['type']} of {row['aggregateid']} in its outbox" for row in rows]
    return len(found.services), wrong


async def all_published(found: Evidence) -> Found:
    """Under each key the numbers 1 to what was said, all of them; of a compacted topic, whose numbers have gaps, the
    last."""
    looked_at, wrong = 0, []
    for service in found.services:
        said = await found.ask(service, "SELECT topic, key, version FROM chassis.stream")
        keys = {name: found.topic(name).by_key() for name in {row["topic"] for row in said}}
        for row in said:
            topic, key, last = row["topic"], row["key"], row["version"]
            there = {record.sequence for record in keys[topic].get(key, ())}
            wanted = set(range(1, last + 1)) if _without_gap(found, topic) else {last}
            looked_at += len(wanted)
            if missing := sorted(wanted - there):
                wrong.append(f"{topic} {key}: {_some(missing)} of {last} never came")
            if beyond := sorted(number for number in there if number > last):
                wrong.append(f"{topic} {key}: {_some(beyond)} came, but {service} said only {last}")
    return looked_at, wrong


async def in_order(found: Evidence) -> Found:
    """Repeats aside, numbers only grow under a key, and a key stays in one partition."""
    looked_at, wrong = 0, []
    for topic, key, records in _keys(found):
        looked_at += len(records)
        if len({record.partition for record in records}) > 1:
            wrong.append(f"{topic.name} {key} lies in several partitions")
        for before, after in pairwise(_first(records)):
            if after.sequence <= before.sequence:
                wrong.append(f"{topic.name} {key}: {after.type} number {after.sequence} came after {before.sequence}")
    return looked_at, wrong


async def numbered_once(found: Evidence) -> Found:
    """An event that has two numbers was made twice; a number that two events have was given twice."""
    looked_at, wrong = 0, []
    for topic, key, records in _keys(found):
        numbers: dict[str, set[int]] = defaultdict(set)
        ids: dict[int, set[str]] = defaultdict(set)
        for record in records:
            numbers[record.id].add(record.sequence)
            ids[record.sequence].add(record.id)
        looked_at += len(numbers)
        if _renumbered(found, topic.name):
            continue
        doubled = [(id, sorted(each)) for id, each in numbers.items() if len(each) > 1]
        wrong += [f"{topic.name} {key}: event {id} has the numbers {_some(each)}" for id, each in doubled]
        wrong += [
            f"{topic.name} {key}: number {n} names {len(each)} events" for n, each in ids.items() if len(each) > 1
        ]
    return looked_at, wrong


def _keys(found: Evidence) -> Iterator[tuple[Topic, str, list[Said]]]:
    """Every key of every topic that services write; what partners hand in has no numbers."""
    taken_in = {each["topic"] for says in found.declared.values() for each in says["reads"] if each["as"] == "door"}
    for topic in found.topics.values():
        if topic.name.rpartition(".")[0] not in taken_in:
            for key, records in topic.by_key().items():
                yield topic, key, records


def _without_gap(found: Evidence, topic: str) -> bool:
    states = {each["topic"] for says in found.declared.values() for each in says["publishes"] if each["compacted"]}
    return topic not in states and not _renumbered(found, topic)


def _renumbered(found: Evidence, topic: str) -> bool:
    """A sender whose database was put back says again, under new numbers, what it has forgotten that it said."""
    return topic.partition(".")[0] in found.history.put_back


def _first(records: list[Said]) -> list[Said]:
    first: dict[str, Said] = {}
    for record in records:
        first.setdefault(record.id, record)
    return list(first.values())


def _some(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:3])) + (" …" if len(numbers) > 3 else "")
