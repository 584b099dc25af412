"""Evidence that a test makes up: topics, and what each database answers."""

from collections.abc import Mapping
from typing import Any

from devkit.truth.evidence import Evidence
from devkit.truth.history import History
from devkit.truth.topics import Said, Topic

TOPIC = "orders.order.v1"
STATES = "orders.state.v1"
DECLARED = {
    "orders": {
        "publishes": [{"topic": TOPIC, "compacted": False}, {"topic": STATES, "compacted": True}],
        "reads": [{"topic": "orders.intake.v1", "as": "door", "name": "intake", "handles": []}],
    }
}


class Answers:
    """A database that gives the same rows whatever it is asked."""

    def __init__(self, rows: list[Mapping[str, Any]]) -> None:
        self.rows = rows

    async def fetch(self, query: str, *values: Any) -> list[Mapping[str, Any]]:
        return self.rows


def said(*events: tuple[str, int], key: str = "k", topic: str = TOPIC, partition: int = 0) -> list[Said]:
    """Records of one key, as (id, number), in the order of the log."""
    return [
        Said(topic, partition, offset, key, id, "order.placed", number, b"{}")
        for offset, (id, number) in enumerate(events)
    ]


def topic(records: list[Said], name: str = TOPIC) -> Topic:
    ends = dict.fromkeys({record.partition for record in records}, 0)
    for record in records:
        ends[record.partition] += 1
    return Topic(name, records, dict.fromkeys(ends, 0), ends)


def evidence(
    *topics: Topic, history: History | None = None, answers: Mapping[str, list[Mapping[str, Any]]] | None = None
) -> Evidence:
    connections: Any = {name: Answers(rows) for name, rows in (answers or {}).items()}
    return Evidence(history or History(), {each.name: each for each in topics}, DECLARED, connections)
