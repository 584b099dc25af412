"""Keys in a file that may change while we run, and be half written when we look."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from joserfc.errors import JoseError

log = structlog.get_logger("chassis.security")

T = TypeVar("T")

LOOK_AGAIN = 1.0
"""Seconds between two looks at a file."""
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, JoseError)
"""What reading keys raises for a text that holds none."""


class KeyFile(Generic[T]):
    """Invariant: a file that is away or half written leaves what the last good reading found in force.

    ``generation`` counts how often that has changed: what an older one has verified must be verified again.
    """

    def __init__(self, file: Path | None, read: Callable[[Path], T], nothing: T) -> None:
        self._file = file
        self._read = read
        self._found = nothing
        self._stamp: tuple[int, int] | None = None
        self._looked = float("-inf")
        self.generation = 0

    def now(self) -> T:
        """What the file holds, at most ``LOOK_AGAIN`` seconds old."""
        if self._file is not None and time.monotonic() - self._looked >= LOOK_AGAIN:
            self._looked = time.monotonic()
            self._look(self._file)
        return self._found

    def _look(self, file: Path) -> None:
        try:
            stat = file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                self._found, self._stamp = self._read(file), stamp
                self.generation += 1
        except (OSError, *UNREADABLE) as error:
            log.warning("keys not readable", file=str(file), error=str(error))
