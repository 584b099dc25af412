"""What the broker refused is left alone for a while, so that it holds up nothing else."""

import time

from aiokafka.errors import (
    InvalidTopicError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

_FIRST_REST, _LONGEST_REST = 1.0, 30.0
"""Seconds for which a key or topic that the broker refused is left alone while all others go on."""

REFUSES_TOPIC = (
    TimeoutError,
    KafkaTimeoutError,
    UnknownTopicOrPartitionError,
    TopicAuthorizationFailedError,
    InvalidTopicError,
)
"""Refusals that concern a whole topic; any other concerns the record's key."""


class Resting:
    """What the broker refused, and until when it is left alone: whole topics (key None) or single keys."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str | None], tuple[float, float]] = {}

    def add(self, topic: str, key: str | None) -> None:
        """Leave it alone for a while, each time for longer."""
        _, pause = self._until.get((topic, key), (0.0, _FIRST_REST / 2))
        pause = min(pause * 2, _LONGEST_REST)
        self._until[topic, key] = (time.monotonic() + pause, pause)

    def now(self) -> list[tuple[str, str | None]]:
        moment = time.monotonic()
        return [place for place, (until, _) in self._until.items() if until > moment]

    def taken(self, topic: str, key: str) -> None:
        """The broker takes it again."""
        self._until.pop((topic, None), None)
        self._until.pop((topic, key), None)
