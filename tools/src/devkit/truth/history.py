"""What was asked of a stack and answered, request by request: the side of the story that no service can rewrite."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """``UNKNOWN``: the answer never came, or said nothing about whether it was done."""

    INVOKED = "invoked"
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Request:
    """One order that somebody tried to place. ``mark`` is its external id, or its note if it has none: with
    ``source`` it names the order in the database, whatever was answered. Times in seconds of ``time.time()``."""

    door: str
    source: str
    mark: str
    began: float
    ended: float | None = None
    outcome: Outcome = Outcome.INVOKED
    order_id: str | None = None
    why: str = ""

    def ok(self, order_id: str) -> None:
        """Acknowledged: from now on the order must exist, once, under this id."""
        self._end(Outcome.OK)
        self.order_id = order_id

    def fail(self, why: str) -> None:
        """Refused: it must not exist."""
        self._end(Outcome.FAIL, why)

    def unknown(self, why: str) -> None:
        """Anything may have happened, but at most once."""
        self._end(Outcome.UNKNOWN, why)

    def _end(self, outcome: Outcome, why: str = "") -> None:
        self.outcome, self.why, self.ended = outcome, why, time.time()


@dataclass
class History:
    """``put_back``: services whose database was put back to an older copy."""

    requests: list[Request] = field(default_factory=list)
    put_back: set[str] = field(default_factory=set)

    def invoke(self, door: str, *, source: str, mark: str) -> Request:
        """A request that is about to be sent. What is never ended counts as unknown."""
        request = Request(door, source, mark, time.time())
        self.requests.append(request)
        return request

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(request.outcome.value for request in self.requests)
