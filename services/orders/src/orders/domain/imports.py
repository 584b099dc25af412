"""A file of orders on its way in (ORD-01): what state it is in, and what may be done with it.

A file is read, then checked as a whole, and only then taken in. Each of its orders comes in whole or not at all; how
the file as a whole is treated is what its owner chose: ``SKIP`` takes in what is right and names the rest, ``STOP``
takes in nothing as long as anything is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.domain import Conflict, Invalid, NotFound, Reason


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"


class OnError(StrEnum):
    """What an order that cannot be taken in means for the others."""

    SKIP = "skip"
    STOP = "stop"


class ImportState(StrEnum):
    """``CHECKED`` waits for a person; ``READING``, ``CHECKING`` and ``RUNNING`` go on by themselves."""

    UPLOADING = "uploading"
    READING = "reading"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FAILED = "failed"


AT_WORK = frozenset({ImportState.READING, ImportState.CHECKING, ImportState.RUNNING})
WAITING = frozenset({ImportState.UPLOADING, ImportState.CHECKED})


class RowState(StrEnum):
    """What became of one order of the file. ``KNOWN``: it was handed in before, so there was nothing to do."""

    READ = "read"
    READY = "ready"
    REFUSED = "refused"
    TAKEN = "taken"
    KNOWN = "known"


class ImportNotFound(NotFound):
    """No import has this id, or none that the caller may see."""


class ImportNotNow(Conflict):
    """The state of the import does not allow this; ``possible`` says what would work."""


class ImportHasErrors(Conflict):
    """Orders of the file cannot be taken in, and it was to be all of them or none."""


class FileUnreadable(Invalid):
    """The file is none that can be read; ``reasons`` say where and why."""


@dataclass(kw_only=True)
class Import:
    """``actor``: in whose name the orders come in. ``starts``: without waiting for a person after the check."""

    id: UUID
    name: str
    format: Format
    channel: str
    source: str
    store_id: str | None
    owner_id: str | None
    on_error: OnError
    starts: bool
    actor: str
    actor_name: str | None
    made_at: datetime
    state: ImportState = ImportState.UPLOADING
    trouble: list[dict[str, Any]] | None = None
    ignored_columns: tuple[str, ...] = ()
    size: int = 0
    parts: int = 0
    rows: int = 0
    orders: int = 0
    checked: int = 0
    taken: int = 0
    known: int = 0
    refused: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = field(default=None)

    @property
    def possible(self) -> tuple[str, ...]:
        """What a person may do now, by the names of the routes."""
        match self.state:
            case ImportState.UPLOADING:
                return ("parts", "complete", "cancel")
            case ImportState.CHECKED:
                return ("start", "cancel")
        return ("cancel",) if self.state in AT_WORK else ()

    @property
    def left(self) -> int:
        """Orders of which nobody knows yet what becomes of them."""
        return self.orders - self.taken - self.known - self.refused

    def _must_be(self, *states: ImportState) -> None:
        if self.state not in states:
            raise ImportNotNow(name=self.name, state=str(self.state), possible=list(self.possible))

    def receives(self, size: int) -> None:
        """Another part of the file has come."""
        self._must_be(ImportState.UPLOADING)
        self.size += size
        self.parts += 1

    def complete(self) -> None:
        """The whole file is here."""
        if self.state in AT_WORK or self.state is ImportState.CHECKED:
            return
        self._must_be(ImportState.UPLOADING)
        self.state = ImportState.READING

    def was_read(self, *, rows: int, orders: int, ignored_columns: tuple[str, ...]) -> None:
        self._must_be(ImportState.READING)
        self.rows, self.orders, self.ignored_columns = rows, orders, ignored_columns
        self.state = ImportState.CHECKING

    def was_checked(self, now: datetime) -> None:
        """Every order was looked at: go on, stop, or wait for a person."""
        self._must_be(ImportState.CHECKING)
        if not self.starts:
            self.state = ImportState.CHECKED
        elif self.on_error is OnError.STOP and self.refused:
            self.ends(ImportState.STOPPED, now)
        else:
            self.state, self.started_at = ImportState.RUNNING, now

    def start(self, on_error: OnError | None, now: datetime) -> None:
        """A person has seen the report and wants it so. Raises ``ImportHasErrors`` if it is to be all or none."""
        if self.state is ImportState.RUNNING:
            return
        self._must_be(ImportState.CHECKED)
        self.on_error = on_error or self.on_error
        if self.on_error is OnError.STOP and self.refused:
            raise ImportHasErrors(name=self.name, refused=self.refused)
        self.state, self.started_at = ImportState.RUNNING, now

    def cancel(self, now: datetime) -> None:
        """Take in no more. What was taken in stays."""
        if self.state is ImportState.CANCELLED:
            return
        self._must_be(*AT_WORK, *WAITING)
        self.ends(ImportState.CANCELLED, now)

    def fails(self, reasons: tuple[Reason, ...], now: datetime) -> None:
        """The file, or what became of it, cannot be worked on."""
        self.trouble = [stored(reason) for reason in reasons]
        self.ends(ImportState.FAILED, now)

    def ends(self, state: ImportState, now: datetime) -> None:
        self.state, self.finished_at = state, now


def stored(reason: Reason) -> dict[str, Any]:
    """A reason as the report keeps it."""
    return {"code": reason.code, "field": reason.field, "params": dict(reason.params)}
