"""Records as they lie in a topic: bytes that may be anything, and what can be read from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from pydantic import ValidationError

from chassis.failures import UnreadableRecord
from chassis.refusals import Malformed, Unprocessable
from chassis.storable import LARGEST, is_suspicious, parsed
from contracts.event import Event, Meta
from contracts.headers import UnreadableHeaders, from_headers, type_header

E = TypeVar("E")

MAX_KEY = 1_000
"""Bytes of a record's key that an index takes; ours have 36."""
MAX_ID = 300
"""Characters of a ``ce_id``. The ones made here have 36; a longer one would not fit an index."""
MAX_TEXT = 1_000
"""Characters of any other header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record, its headers still bytes: a binary one is legal in Kafka. ``value`` None is a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp: int
    """Milliseconds since 1970, by the broker or the producer."""

    @property
    def text_key(self) -> str | None:
        """The key as text; None if there is none or it is no text for an index, and then nothing is ordered by it."""
        if self.key is None or len(self.key) > MAX_KEY:
            return None
        try:
            key = self.key.decode()
        except UnicodeDecodeError:
            return None
        return key if "\0" not in key else None

    @property
    def recorded_at(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    def header(self, name: str) -> str | None:
        """A header as text; None if it is missing or not text."""
        for each, value in self.headers:
            if each == name:
                try:
                    return value.decode()
                except UnicodeDecodeError:
                    return None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Generic[E]):
    """A record that could be read: what it says, and the id under which it counts as handled."""

    record: Record
    id: str
    kind: str
    meta: Meta
    content: E

    @property
    def key(self) -> tuple[str, str] | None:
        """What orders it: its topic and key. None: nothing does."""
        text = self.record.text_key
        return None if text is None else (self.record.topic, text)


def readable_event(record: Record, family: type[Event], wanted: Mapping[str, type[Event]]) -> Arrived[Event] | None:
    """The event in a record of a topic between services; ``wanted`` are the types that somebody here handles.

    None for what nobody wants: another type, or a tombstone. Raises ``UnreadableRecord`` with every reason.
    """
    if record.value is None:
        return None
    kind = record.header(type_header)
    if kind is not None and kind not in wanted:
        return None
    try:
        meta = from_headers(record.headers)
    except UnreadableHeaders as error:
        raise UnreadableRecord(error.reasons) from error
    if reasons := tuple(_unstorable_in(meta, record.value)):
        raise UnreadableRecord(reasons)
    try:
        event = wanted[meta.type].model_validate_json(record.value)
    except ValidationError as error:
        raise UnreadableRecord(reasons_of(error)) from error
    if record.text_key != event.key:
        raise UnreadableRecord((f"the record's key is not its {family.key_field}",))
    return Arrived(record=record, id=meta.id, kind=meta.type, meta=meta, content=event.received(meta))


def _unstorable_in(meta: Meta, body: bytes) -> Iterator[str]:
    """What the database could not hold, a sentence each: there it would look like a fault of ours, and stop us."""
    if len(meta.id) > MAX_ID:
        yield f"header ce_id is longer than {MAX_ID} characters"
    if not 0 <= meta.sequence <= LARGEST:
        yield "header ce_sequence is no number from 0 to 64 bits"
    for name in ("ce_time", "ce_occurredat"):
        if not _is_moment(meta.time if name == "ce_time" else meta.occurred_at):
            yield f"header {name} has no offset, or is out of range"
    for name, value in _texts(meta):
        if "\0" in value:
            yield f"header {name} has a NUL character"
        if len(value) > MAX_TEXT:
            yield f"header {name} is longer than {MAX_TEXT} characters"
    if is_suspicious(body):
        try:
            parsed(body)
        except Unprocessable as error:
            yield from (f"{each.field or 'body'}: {each.code.replace('-', ' ')}" for each in error.reasons)
        except (ValueError, Malformed) as error:
            yield f"the body is not JSON: {error}"


def _texts(meta: Meta) -> tuple[tuple[str, str], ...]:
    return (
        ("ce_id", meta.id),
        ("ce_source", meta.source),
        ("ce_subject", meta.subject),
        ("ce_actor", meta.actor.id),
        ("ce_correlationid", meta.correlation_id),
        ("ce_causationid", meta.causation_id or ""),
        ("traceparent", meta.traceparent or ""),
    )


def _is_moment(said: datetime) -> bool:
    if said.tzinfo is None:
        return False
    try:
        said.astimezone(UTC)
    except OverflowError:
        return False
    return True


def reasons_of(error: ValidationError) -> tuple[str, ...]:
    """What a body does wrong, a sentence for each place; values are left out, they may be personal."""
    return tuple(
        f"{'/'.join(map(str, each['loc'])) or 'body'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    )


__all__ = ["MAX_ID", "Arrived", "Record", "readable_event", "reasons_of"]
