"""When not to ask a service at all: one that is silent would only keep callers waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

SILENT_AFTER = 3
"""So many calls in a row without any answer."""
PAUSE = 1.0
"""Seconds until one call may try again."""


class Circuit:
    """Counts silence, not errors: a service that answers 500 is there. Opens only if nothing got through meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._silences = 0
        self._closed_until = float("-inf")

    def allows(self) -> bool:
        """Whether to try. While the service is silent only one caller per pause finds out whether it is back."""
        if self._silences < SILENT_AFTER:
            return True
        now = self._clock()
        if now < self._closed_until:
            return False
        self._closed_until = now + PAUSE
        return True

    def answered(self) -> None:
        self._silences = 0

    def silent(self) -> None:
        self._silences += 1
        self._closed_until = self._clock() + PAUSE

    @property
    def open(self) -> bool:
        return self._silences >= SILENT_AFTER
