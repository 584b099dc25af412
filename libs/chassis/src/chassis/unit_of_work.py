"""One transaction, and everything that becomes true or public with it.

Nothing inside commits. The edge that opened the transaction (a request, a batch of events, a step of a job) flushes and
commits it; until then nothing that was published, audited or written can be seen by anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import outbox
from chassis.ids import caused_id, new_id
from contracts.event import Actor, Event, Meta

if TYPE_CHECKING:
    from chassis.business_settings import Setting

T = TypeVar("T")

_LONGEST_KEY = 500
"""Bytes of a foreign key that are used as they are; as hexadecimal digits they still fit an index."""
RETRACTED = "retracted"
"""The wire type of a tombstone."""


class LiveSettings(Protocol):
    """Business settings as they are now, in this process."""

    def value(self, declared: Setting[T]) -> T: ...


class AuditTrail(Protocol):
    """Writes what commands did, in their own transaction."""

    async def write(self, connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which object, from where and why. ``origin`` is an address, a topic or a job."""

    at: datetime
    actor: Actor
    origin: str
    action: str
    object_type: str
    object_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str | None


@dataclass(kw_only=True, slots=True)
class Situation:
    """What surrounds a unit of work: who asks, when, from where, and what it may use.

    ``consumer`` names the consumer whose batch this is; there every published event needs its cause. ``traces`` maps
    the id of an event being handled to the trace context that its consequences continue.
    """

    service: str
    actor: Actor
    now: datetime
    settings: LiveSettings
    audit_trail: AuditTrail
    origin: str = ""
    traceparent: str | None = None
    consumer: str | None = None
    topic_prefix: str = ""
    max_payload: int = 900_000
    business_zone: str = "Asia/Ho_Chi_Minh"
    traces: dict[str, str] = field(default_factory=dict)


class UnitOfWork:
    """What a use case works with. A service subclasses it to bind its repositories and adds nothing else::

    class OrdersUnitOfWork(UnitOfWork):
        @cached_property
        def orders(self) -> SqlOrders:
            return SqlOrders(self.connection)
    """

    def __init__(self, connection: AsyncConnection, situation: Situation) -> None:
        self.connection = connection
        self.situation = situation
        self._said: list[outbox.Outgoing] = []
        self._audited: list[AuditEntry] = []
        self._ordinals: dict[str, int] = {}

    @property
    def actor(self) -> Actor:
        """Who asks, or who caused the event that is being handled (the consumer itself where a batch has several)."""
        return self.situation.actor

    @property
    def now(self) -> datetime:
        """Business time in UTC, the same for the whole unit of work."""
        return self.situation.now

    @property
    def today(self) -> date:
        """The business day of ``now``."""
        return self.day_of(self.now)

    @property
    def zone(self) -> tzinfo:
        """The calendar by which the business counts its days."""
        return ZoneInfo(self.situation.business_zone)

    def day_of(self, moment: datetime) -> date:
        """The business day on which something happened."""
        return moment.astimezone(self.zone).date()

    def new_id(self) -> UUID:
        return new_id()

    def setting(self, declared: Setting[T]) -> T:
        """The value that applies now; at most five seconds behind a change."""
        return self.situation.settings.value(declared)

    def publish(self, event: Event, *, cause: Event | None = None, occurred_at: datetime | None = None) -> None:
        """Say ``event`` when this commits.

        ``cause`` is the received event that led to it: its id is then derived, so handling the cause again says the
        same event, and it continues the cause's trace and names its actor. A consumer always passes it (else
        ``LookupError``), a request never. ``occurred_at`` is the business time of the fact, by default ``now``.
        Raises ``PayloadTooLarge`` for what the broker would refuse.
        """
        kind = event.type_name()
        payload = outbox.checked(event.model_dump_json().encode(), self.situation.max_payload, kind)
        self._say(
            type(event),
            event.key,
            kind,
            payload,
            cause=cause,
            occurred_at=occurred_at,
            correlation=event.correlation_id,
        )

    def retract(self, family: type[Event], key: str, *, cause: Event | None = None) -> None:
        """Say that the thing behind ``key`` is gone: a null value, which deletes it from a compacted topic."""
        if not family.compacted:
            raise ValueError(f"{family.topic} keeps every event; only a compacted topic forgets a key")
        self._say(family, key, RETRACTED, None, cause=cause, occurred_at=None, correlation=key)

    def audit(
        self,
        action: str,
        object_type: str,
        object_id: object,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Leave a trace of a command, in its own transaction. Every command calls it once."""
        self._audited.append(
            AuditEntry(
                at=self.now,
                actor=self.actor,
                origin=self.situation.origin,
                action=action,
                object_type=object_type,
                object_id=str(object_id),
                before=before,
                after=after,
                reason=reason,
            )
        )

    def answer(self, event: Event, *, topic: str, key: bytes | None, id: str, to: Meta) -> None:
        """Say ``event`` on a topic, under a key and an id that were given from outside: the answer at a door."""
        payload = outbox.checked(event.model_dump_json().encode(), self.situation.max_payload, event.type_name())
        self._said.append(
            outbox.Outgoing(
                id=id,
                topic=topic,
                aggregate_id=_as_text(key),
                record_key=key,
                type=event.type_name(),
                payload=payload,
                source=self.situation.service,
                time=datetime.now(UTC),
                occurred_at=self.now,
                correlation_id=event.correlation_id,
                causation_id=to.id,
                traceparent=self.situation.traces.get(to.id, to.traceparent),
                actor=str(to.actor),
                compacted=False,
            )
        )

    async def flush(self) -> None:
        """Write what was said and audited. The edge calls it once, right before it commits."""
        audited, self._audited = self._audited, []
        said, self._said = self._said, []
        if audited:
            await self.situation.audit_trail.write(self.connection, audited)
        if said:
            await outbox.write(self.connection, said)

    def _say(
        self,
        family: type[Event],
        key: str,
        kind: str,
        payload: bytes | None,
        *,
        cause: Event | None,
        occurred_at: datetime | None,
        correlation: str,
    ) -> None:
        if cause is None and self.situation.consumer is not None:
            raise LookupError(f"{kind} is said in a consumer without its cause")
        meta = cause.meta if cause is not None else None
        trace = self.situation.traces.get(meta.id, meta.traceparent) if meta else self.situation.traceparent
        self._said.append(
            outbox.Outgoing(
                id=str(self._id_after(meta) if meta else new_id()),
                topic=self.situation.topic_prefix + family.topic,
                aggregate_id=key,
                record_key=key.encode(),
                type=kind,
                payload=payload,
                source=self.situation.service,
                time=datetime.now(UTC),
                occurred_at=occurred_at or self.now,
                correlation_id=correlation,
                causation_id=meta.id if meta else None,
                traceparent=trace,
                actor=str(meta.actor if meta else self.actor),
                compacted=family.compacted,
            )
        )

    def _id_after(self, cause: Meta) -> UUID:
        ordinal = self._ordinals.get(cause.id, 0)
        self._ordinals[cause.id] = ordinal + 1
        by = self.situation.consumer or self.situation.origin
        return caused_id(f"{self.situation.service}.{by}", cause.id, ordinal)


def _as_text(key: bytes | None) -> str:
    """A key from outside, which may be missing, no text or endless, as the text that numbers and shards go by."""
    if key is None:
        return ""
    if len(key) > _LONGEST_KEY:
        return f"sha256:{hashlib.sha256(key).hexdigest()}"
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return f"0x{key.hex()}"
    return text if "\0" not in text else f"0x{key.hex()}"
