"""Business time. Leases, timeouts and tokens never use it: they live on PostgreSQL's or the process's own clock."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from chassis.settings import ServiceSettings

_REREAD_EVERY = 0.5


class Clock(Protocol):
    """Where business time comes from; handed in, never read from a global."""

    def now(self) -> datetime:
        """The business time, in UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's time plus the seconds written in a file that all processes of one stack share.

    Only a testing kit names such a file. It is read again at most twice a second, so a shift reaches everybody at once;
    a file that is missing or half written means the last shift that was read.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._shift = timedelta(0)
        self._read_at = float("-inf")

    def now(self) -> datetime:
        if (moment := time.monotonic()) - self._read_at > _REREAD_EVERY:
            self._read_at = moment
            with suppress(OSError, ValueError):
                self._shift = timedelta(seconds=float(self._file.read_text()))
        return datetime.now(UTC) + self._shift


def clock_of(settings: ServiceSettings) -> Clock:
    return ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()
