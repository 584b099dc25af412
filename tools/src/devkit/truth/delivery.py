"""From the topics to the effects: every reader of every service has handled every event, and each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from devkit.truth.evidence import Evidence
from devkit.truth.topics import Topic
from devkit.verdict import Found

_TOLD = "SELECT event_id, count(*) AS times FROM story WHERE event_id IS NOT NULL GROUP BY event_id"
_LETTERS = "SELECT consumer, type, error FROM chassis.dead_letter WHERE state IN ('failed', 'waiting') ORDER BY place"
_GIVEN_UP = "SELECT consumer, topic, event_id FROM chassis.dead_letter WHERE state = 'discarded' AND NOT counted"
_POSITIONS = "SELECT consumer, topic, partition, next_offset FROM chassis.consumer_offset"


async def nobody_behind(found: Evidence) -> Found:
    """Every reader's stored position is the end of each of its partitions."""
    looked_at, wrong = 0, []
    for service in found.services:
        at = {
            (row["consumer"], row["topic"], row["partition"]): row["next_offset"]
            for row in await found.ask(service, _POSITIONS)
        }
        for reader in found.declared[service]["reads"]:
            for topic in _topics_of(found, reader):
                looked_at += len(topic.ends)
                behind = sum(max(0, end - at.get((reader["name"], topic.name, n), 0)) for n, end in topic.ends.items())
                if behind:
                    wrong.append(f"{service}'s {reader['name']} is {behind} records behind on {topic.name}")
    return looked_at, wrong


async def all_handled(found: Evidence) -> Found:
    """The inbox holds exactly what lies on the topic."""
    looked_at, wrong = 0, []
    for service in found.services:
        inbox: dict[str, set[str]] = {}
        for row in await found.ask(service, "SELECT consumer, event_id FROM chassis.inbox"):
            inbox.setdefault(row["consumer"], set()).add(row["event_id"])
        given_up = {
            (row["consumer"], f"{row['topic']}/{row['event_id']}") for row in await found.ask(service, _GIVEN_UP)
        }
        for reader in found.declared[service]["reads"]:
            if reader["as"] == "copy":
                continue
            said = _ids(reader, list(_topics_of(found, reader)))
            has = inbox.get(reader["name"], set())
            looked_at += len(said)
            wrong += [
                f"{service}'s {reader['name']} never handled {id}"
                for id in sorted(said - has)
                if (reader["name"], id) not in given_up
            ]
            wrong += [f"{service}'s {reader['name']} handled {id}, which nobody said" for id in sorted(has - said)]
    return looked_at, wrong


async def told_once(found: Evidence) -> Found:
    """What is counted by its effects, not by the inbox: an order's story, and the lines of the gateway's feed."""
    told = {row["event_id"]: row["times"] for row in await found.ask("orders", _TOLD)}
    heard = [r for r in found.declared["orders"]["reads"] if r["as"] == "consumer"]
    said = {id for reader in heard for id in _ids(reader, list(_topics_of(found, reader)))}
    wrong = [f"the story tells event {id} {told.get(id, 0)} times" for id in sorted(said) if told.get(id, 0) != 1]
    wrong += [f"the story tells event {id}, which nobody said" for id in sorted(told.keys() - said)]
    if "gateway" in found.services:
        wrong += await _feed(found)
    return len(said), wrong


async def _feed(found: Evidence) -> list[str]:
    """Rows of the feed are counted by what they name; after a day they are forgotten, and then nothing is said."""
    if (await found.ask("gateway", "SELECT seq FROM feed_floor"))[0]["seq"]:
        return []
    rows = await found.ask("gateway", "SELECT type, object_id, version, count(*) AS times FROM feed GROUP BY 1, 2, 3")
    lines = Counter({(row["type"], row["object_id"], row["version"]): row["times"] for row in rows})
    wanted: Counter[tuple[str, str, int]] = Counter()
    for reader in found.declared["gateway"]["reads"]:
        if reader["as"] == "consumer":
            for topic in _topics_of(found, reader):
                wanted.update((event.type, event.key, event.sequence) for event in topic.events(*reader["handles"]))
    different = sorted(line for line in {*lines, *wanted} if lines[line] != wanted[line])
    return [f"the feed says {' '.join(map(str, line))} {lines[line]} times, not {wanted[line]}" for line in different]


async def desk_empty(found: Evidence) -> Found:
    looked_at, wrong = 0, []
    for service in found.services:
        looked_at += len(found.declared[service]["reads"])
        wrong += [
            f"{service}'s {row['consumer']} could not handle {row['type']}: {row['error']}"
            for row in await found.ask(service, _LETTERS)
        ]
        parked = await found.ask(service, "SELECT consumer, topic, key FROM chassis.parked_key")
        wrong += [f"{service}'s {row['consumer']} parks {row['key']} of {row['topic']}" for row in parked]
    return looked_at, wrong


def _topics_of(found: Evidence, reader: dict[str, Any]) -> Iterator[Topic]:
    if reader["as"] == "door":
        yield from found.topics_like(reader["topic"])
    else:
        yield found.topic(reader["topic"])


def _ids(reader: dict[str, Any], topics: list[Topic]) -> set[str]:
    """Under which ids the reader must remember what lies there. At a door, ids are the partner's own."""
    if reader["as"] == "door":
        return {f"{topic.name}/{letter.id}" for topic in topics for letter in topic.events()}
    return {event.id for topic in topics for event in topic.events(*reader["handles"])}
