"""Which failures pass by themselves, and when so much fails alike that it cannot be the events' fault."""

import time
from collections import defaultdict
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Permanent(Exception):
    """Raised by a handler for an event that can never be handled. It goes to the desk without another try."""


class UnreadableRecord(Permanent):
    """A record that is no event at all; ``reasons`` says why, one each."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


_PASSING_STATES = ("08", "53", "55P03", "57P", "58", "40")
"""SQLSTATE prefixes: connection, resources, a lock not to be had, shutdown, system, deadlock and serialization."""


def is_transient(error: BaseException) -> bool:
    """Whether trying again later can succeed without anybody changing anything."""
    return any(_passes(each) for each in _chain(error))


def _passes(error: BaseException) -> bool:
    if isinstance(error, Permanent):
        return False
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _state(error).startswith(_PASSING_STATES)
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_PASSING_STATES)
    return isinstance(error, (OSError, TimeoutError, PoolTimeout, asyncpg.InterfaceError, ConnectionError))


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        todo.append(current.__cause__)
        todo.append(getattr(current, "orig", None))


def kind_of(error: BaseException) -> str:
    """The class of an error as people sort by it: the database's own name where it is one."""
    original = getattr(error, "orig", None)
    cause = getattr(original, "__cause__", None) or original or error
    return type(cause).__name__


class Circuit:
    """Opens when more than ``limit`` different keys fail alike within ``window`` seconds.

    Twenty poisoned keys are bad luck; a hundred are a broken release or a missing column, and parking them all would
    only turn one fault into a hundred repairs. While it is open nothing is parked: the consumer waits and tries again.
    """

    def __init__(self, limit: int, window: float = 60) -> None:
        self.limit = limit
        self._window = window
        self._failed: dict[str, dict[str, float]] = defaultdict(dict)

    def failed(self, kind: str, key: str) -> bool:
        """Count a failure; True if that is now too much."""
        now = time.monotonic()
        keys = self._failed[kind]
        keys[key] = now
        for old in [each for each, at in keys.items() if now - at > self._window]:
            del keys[old]
        return len(keys) > self.limit

    def clear(self) -> None:
        """What failed is handled now: forget how often it failed."""
        self._failed.clear()
