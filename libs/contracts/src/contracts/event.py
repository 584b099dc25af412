"""What an event is, how it travels, and what is known about it besides its body.

A body is the model's JSON. Everything else rides in Kafka headers as CloudEvents 1.0 in binary mode, so that a
CloudEvents client in any language can read and publish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, PrivateAttr
from pydantic.fields import FieldInfo


class Visibility(StrEnum):
    """Who may read a topic. Partners see ``PUBLIC`` ones and the answers at their own ``DOOR``."""

    INTERNAL = "internal"
    PUBLIC = "public"
    DOOR = "door"


class _PersonalMark:
    """Marks a field that tells who somebody is; logs, traces, exports and the dead-letter desk mask it."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        described: dict[str, Any] = handler(schema)
        described["x-personal"] = True
        return described


Personal = _PersonalMark()
"""``Annotated[str, Personal]``: a field that names a person. See :func:`personal_paths`."""


class Body(BaseModel):
    """The base of everything that travels: immutable, and deaf to fields it does not know (a newer sender's)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ActorKind(StrEnum):
    USER = "user"
    KEY = "key"
    SYSTEM = "system"


class Actor(Body):
    """Who caused something: a person, an integration's key, or a part of the system."""

    kind: ActorKind
    id: str
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, _, id = text.partition(":")
        return cls(kind=ActorKind(kind), id=id)

    @classmethod
    def system(cls, name: str) -> Self:
        return cls(kind=ActorKind.SYSTEM, id=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What the headers of a record said. ``occurred_at`` is business time, ``time`` when it was recorded.

    ``sequence`` is the event's number under its (topic, key), from 1 without a gap; of a compacted topic it only grows,
    and says which state is newer. ``correlation_id`` is the order (or, without one, the key); ``causation_id`` the id
    of the event that led to this one.
    """

    id: str
    type: str
    source: str
    time: datetime
    occurred_at: datetime
    actor: Actor
    subject: str
    sequence: int
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


class Event(Body):
    """A fact that one service says and others may act on.

    A concrete event has ``type: Literal["order.placed"] = "order.placed"``. Its family (the class that sets
    ``topic``) fixes the topic and the field that is the key: one key, one partition, in order.
    """

    topic: ClassVar[str]
    key_field: ClassVar[str]
    visibility: ClassVar[Visibility] = Visibility.INTERNAL
    compacted: ClassVar[bool] = False
    partitions: ClassVar[int] = 12

    _meta: Meta | None = PrivateAttr(default=None)

    @property
    def key(self) -> str:
        """The record's key, as text."""
        return str(getattr(self, self.key_field))

    @property
    def correlation_id(self) -> str:
        """The order this is about; the key where there is none."""
        order = getattr(self, "order_id", None)
        return str(order) if order is not None else self.key

    @property
    def meta(self) -> Meta:
        """What travelled beside the body. Only an event that was received has one (else ``LookupError``)."""
        if self._meta is None:
            raise LookupError("this event was made here; only a received one has metadata")
        return self._meta

    def received(self, meta: Meta) -> Self:
        """This event as it came from a topic, with the metadata of its record."""
        self._meta = meta
        return self

    @classmethod
    def type_name(cls) -> str:
        """The wire type (``order.placed``). ``LookupError`` for a family, which is never sent itself."""
        field = cls.model_fields.get("type")
        if field is None or not (names := get_args(field.annotation)):
            raise LookupError(f"{cls.__name__} is a family of events, not an event")
        return str(names[0])


def members(family: type[Event]) -> dict[str, type[Event]]:
    """Wire type -> class, for every event of a family (a family with a ``type`` of its own is its only member)."""
    found: dict[str, type[Event]] = {}
    for candidate in _with_subclasses(family):
        if "type" in candidate.model_fields and get_args(candidate.model_fields["type"].annotation):
            found[candidate.type_name()] = candidate
    return found


def families() -> list[type[Event]]:
    """Every family that has been imported, by topic."""
    found = {cls for cls in _with_subclasses(Event) if "topic" in cls.__dict__}
    return sorted(found, key=lambda family: family.topic)


def _with_subclasses(cls: type[Event]) -> Iterator[type[Event]]:
    yield cls
    for subclass in cls.__subclasses__():
        yield from _with_subclasses(subclass)


def personal_paths(model: type[BaseModel]) -> frozenset[tuple[str, ...]]:
    """The paths of all personal fields below a model; ``*`` stands for every element of a list."""
    return frozenset(_personal(model, ()))


def _personal(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        here = (*path, name)
        if _is_personal(field):
            yield here
            continue
        for nested, many in _models_in(field.annotation):
            yield from _personal(nested, (*here, "*") if many else here)


def _is_personal(field: FieldInfo) -> bool:
    return any(isinstance(mark, _PersonalMark) for mark in field.metadata)


def _models_in(annotation: Any, many: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, many
        return
    origin = getattr(annotation, "__origin__", None)
    inside = many or (isinstance(origin, type) and issubclass(origin, (list, tuple)))
    for part in get_args(annotation):
        yield from _models_in(part, inside)


Instant = AwareDatetime
"""A point in time with its offset; written in UTC."""

__all__ = [
    "Actor",
    "ActorKind",
    "Body",
    "Event",
    "Instant",
    "Meta",
    "Personal",
    "Visibility",
    "families",
    "members",
    "personal_paths",
]
