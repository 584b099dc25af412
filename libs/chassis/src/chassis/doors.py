"""Where integrations hand things in: one topic per partner, whose name is the partner's identity.

    intake = door("intake", IntakeOrder, result=IntakeResult)

    @intake.on
    async def on_letter(letter: Letter[IntakeOrder], uow: OrdersUnitOfWork) -> IntakeResult: ...

Whatever can be read is answered, accepted or refused with every reason, on the partner's own result topic, under the
record's own key and ``ce_id``. A door parks no key: bytes that cannot be read at all go to the desk, each alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from chassis.domain import Reason
from chassis.failures import UnreadableRecord
from chassis.records import MAX_ID, Arrived, Record
from chassis.refusals import Malformed, Unprocessable
from chassis.rounds import rounds
from chassis.storable import parsed
from chassis.unit_of_work import UnitOfWork
from contracts.event import Actor, ActorKind, Event, Meta, members

E = TypeVar("E", bound=Event)
R = TypeVar("R", bound=Event)
U = TypeVar("U", bound=UnitOfWork)

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Generic[E]):
    """What a partner handed in. ``body`` is None where it does not fit; ``reasons`` then says everything that is wrong.

    ``partner`` comes from the topic's name and nothing else. ``id`` is the record's ``ce_id`` (made from its place in
    the topic if it has none), ``key`` its key as text.
    """

    partner: str
    id: str
    key: str | None
    body: E | None
    reasons: tuple[Reason, ...]
    meta: Meta


Answer = Callable[[Letter[E], U], Awaitable[R]]


@dataclass(eq=False, kw_only=True)
class Door(Generic[E, R]):
    """The reader of all partners' topics of one kind. Made by :func:`door`."""

    name: str
    family: type[E]
    result: type[R]
    _answer: list[Callable[[Letter[Any], Any], Awaitable[Event]]] = field(default_factory=list)

    parks = False
    once = True

    @property
    def handles(self) -> Collection[str]:
        """The wire types that can be accepted; whatever else can be read is answered, too."""
        return members(self.family).keys()

    def on(self, handler: Answer[E, U, R]) -> Answer[E, U, R]:
        """Name the function that answers a letter. It raises nothing for a refusal: it returns it."""
        if self._answer:
            raise ValueError(f"{self.name} has its handler already")
        self._answer.append(handler)
        return handler

    def pattern(self, prefix: str = "") -> str:
        """The regular expression of all partners' topics."""
        return f"^{re.escape(prefix + self.family.topic)}\\.[A-Za-z0-9_-]+$"

    def read(self, record: Record) -> Arrived[Letter[E]]:
        """The letter in a record. Raises ``UnreadableRecord`` only for what is not even JSON."""
        at = record.topic.rindex(".")
        partner = record.topic[at + 1 :]
        reasons: list[Reason] = []
        meta = _meta_of(record, partner, reasons)
        body = self._body_of(record, meta, reasons)
        letter = Letter(
            partner=partner,
            id=_id_of(record),
            key=record.text_key,
            body=body.received(meta) if body is not None else None,
            reasons=tuple(reasons),
            meta=meta,
        )
        return Arrived(record=record, id=meta.id, kind="letter", meta=meta, content=letter)

    def cut(self, arrived: Sequence[Arrived[Any]]) -> Iterable[Sequence[Arrived[Any]]]:
        return rounds(arrived)

    async def handle(self, arrived: Sequence[Arrived[Any]], uow: UnitOfWork) -> None:
        for each in arrived:
            letter: Letter[E] = each.content
            uow.situation.actor = letter.meta.actor
            answer = await self._answer[0](letter, uow)
            topic = f"{uow.situation.topic_prefix}{self.result.topic}.{letter.partner}"
            uow.answer(answer, topic=topic, key=each.record.key, id=letter.id, to=letter.meta)

    def _body_of(self, record: Record, meta: Meta, reasons: list[Reason]) -> E | None:
        if record.value is None:
            reasons.append(Reason("body-missing"))
            return None
        try:
            value = parsed(record.value)
        except (json.JSONDecodeError, Malformed) as error:
            raise UnreadableRecord((f"the body is not JSON: {error}",)) from error
        except Unprocessable as error:
            reasons.extend(error.reasons)
            return None
        kinds: dict[str, Any] = members(self.family)
        model = kinds.get(meta.type)
        if model is None:
            reasons.append(Reason("unknown-type", "header:ce_type", {"type": meta.type, "known": sorted(kinds)}))
            return None
        try:
            body: E = model.model_validate(value, strict=False)
        except ValidationError as error:
            reasons.extend(_reason(each) for each in error.errors(include_url=False, include_input=False))
            return None
        return body if not reasons else None


def door(name: str, family: type[E], *, result: type[R]) -> Door[E, R]:
    """Open a door: ``family`` comes in and ``result`` goes out, each on ``<topic>.<partner>``."""
    return Door(name=name, family=family, result=result)


def _meta_of(record: Record, partner: str, reasons: list[Reason]) -> Meta:
    """What the headers say, as far as they say it; what is missing or wrong becomes a reason."""
    missing = (name for name in ("ce_id", "ce_type") if not record.header(name))
    reasons.extend(Reason("header-missing", f"header:{name}") for name in missing)
    if len(record.header("ce_id") or "") > MAX_ID:
        reasons.append(Reason("string-too-long", "header:ce_id", {"max_length": MAX_ID}))
    trace = record.header("traceparent") or ""
    time = _time_of(record, reasons)
    subject = record.text_key or ""
    return Meta(
        id=f"{record.topic}/{_id_of(record)}",
        type=record.header("ce_type") or "",
        source=partner,
        time=time,
        occurred_at=time,
        actor=Actor(kind=ActorKind.KEY, id=partner),
        subject=subject,
        sequence=0,
        correlation_id=subject or _id_of(record),
        traceparent=trace if _TRACEPARENT.fullmatch(trace) else None,
    )


def _id_of(record: Record) -> str:
    said = record.header("ce_id")
    return said if said and len(said) <= MAX_ID and "\0" not in said else f"{record.partition}-{record.offset}"


def _time_of(record: Record, reasons: list[Reason]) -> datetime:
    said = record.header("ce_time")
    if not said:
        return record.recorded_at
    try:
        time = datetime.fromisoformat(said)
    except ValueError:
        reasons.append(Reason("datetime-parsing", "header:ce_time"))
        return record.recorded_at
    if time.tzinfo is None:
        reasons.append(Reason("timezone-aware", "header:ce_time"))
        return record.recorded_at
    return time


def _reason(error: Any) -> Reason:
    """A complaint of pydantic's as a reason with the same codes as over HTTP."""
    context = {
        name: value if isinstance(value, (str, int, float)) else str(value)
        for name, value in error.get("ctx", {}).items()
    }
    return Reason(str(error["type"]).replace("_", "-"), "/".join(map(str, error["loc"])), context)
