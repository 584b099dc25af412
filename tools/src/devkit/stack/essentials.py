"""What waits in a service, from the metrics of its roles: the numbers one looks at first."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from devkit.stack.home import Home


@dataclass(frozen=True)
class Essentials:
    """``behind``: records not handled yet. ``to_send``: rows of the outbox, the oldest ``oldest_seconds`` old."""

    behind: int
    to_send: int
    oldest_seconds: float
    dead_letters: int
    parked_keys: int

    @property
    def as_json(self) -> dict[str, float]:
        return asdict(self)


def essentials_of(home: Home, service: str) -> Essentials | None:
    """Now, as its consume and relay roles tell; None where one of them does not answer."""
    seen: Counter[str] = Counter()
    for port in (home.ports.consume(service), home.ports.relay(service)):
        try:
            answer = httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=3)
        except httpx2.HTTPError:
            return None
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                if sample.labels.get("state") != "waiting":  # letters that only wait behind a failed one
                    seen[sample.name] += sample.value  # type: ignore[assignment] # some numbers are no integers
    return Essentials(
        behind=int(seen["chassis_consumer_lag"]),
        to_send=int(seen["chassis_outbox_waiting"]),
        oldest_seconds=round(float(seen["chassis_outbox_oldest_seconds"]), 1),
        dead_letters=int(seen["chassis_dead_letters_unsettled"]),
        parked_keys=int(seen["chassis_parked_keys"]),
    )
