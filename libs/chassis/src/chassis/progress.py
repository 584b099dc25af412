"""Whether a process gets anywhere: what the readiness probe shows and what the watchdog judges."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Activity:
    """One thing that goes on in a process: a consumer, the relay, the schedule.

    ``lag`` counts what waits (records behind the end of the log, rows in the outbox); ``trouble`` says in one sentence
    why this is not ready; ``stalled`` is the watchdog's word, which no step takes back: something waits and nothing
    gets done. ``moved`` is the monotonic time of the last step forward.
    """

    name: str
    lag: int | None = None
    trouble: str | None = "starting"
    stalled: str | None = None
    moved: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """Something was finished, or there was nothing to do."""
        self.moved = time.monotonic()
        self.trouble = None

    def idle_for(self) -> float:
        return time.monotonic() - self.moved


class Progress:
    """All activities of a process. Ready means: none is in trouble (a process without any is ready at once)."""

    def __init__(self) -> None:
        self._activities: dict[str, Activity] = {}

    def activity(self, name: str) -> Activity:
        return self._activities.setdefault(name, Activity(name))

    def troubles(self) -> Mapping[str, str]:
        """Why the process is not ready, by activity; empty when it is."""
        said = {name: each.trouble or each.stalled for name, each in self._activities.items()}
        return {name: why for name, why in said.items() if why is not None}

    def all(self) -> list[Activity]:
        return list(self._activities.values())

    def snapshot(self) -> list[dict[str, Any]]:
        """Every activity as plain data, with the seconds since it last got on."""
        return [
            {key: value for key, value in asdict(each).items() if key != "moved"}
            | {"idle_seconds": round(each.idle_for(), 1)}
            for each in self._activities.values()
        ]
