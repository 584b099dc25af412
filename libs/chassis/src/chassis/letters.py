"""How the desk shows a letter: bodies readable where they can be, personal fields only to those allowed."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from chassis.deadletters import load_headers
from chassis.masking import HIDDEN, masked, without_secrets
from chassis.readers import readers_of
from contracts.event import members

if TYPE_CHECKING:
    from chassis.service import Service


class LetterView(BaseModel, from_attributes=True):
    """A record that could not be handled (``failed``), or that waits behind one of its key (``waiting``)."""

    id: UUID
    consumer: str
    topic: str
    partition: int
    offset: int
    key: str | None
    event_id: str | None
    type: str | None
    state: Literal["failed", "waiting", "replayed", "discarded"]
    error_class: str | None
    error: str | None
    attempts: int
    arrived_at: datetime
    recorded_at: datetime
    edited_at: datetime | None
    edited_by: str | None
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None
    trace_id: str | None


class LetterDetail(LetterView):
    """Bodies are JSON where they are JSON, else text, else base64 (``{"base64": …}``). Personal fields are masked
    without the right ``dead-letters:personal``; ``details`` (the traceback) is shown only with it."""

    payload: Any
    original_payload: Any
    headers: dict[str, str]
    details: str | None


class Group(BaseModel, from_attributes=True):
    """All unsettled letters of one consumer that failed in one way."""

    consumer: str
    error_class: str
    failed: int
    waiting: int
    oldest: datetime


class Groups(BaseModel):
    items: list[Group]


class ReplayView(BaseModel, from_attributes=True):
    id: UUID
    consumer: str
    error_class: str | None
    topic: str | None
    key: str | None
    letter_id: UUID | None
    state: Literal["waiting", "running", "done"]
    total: int | None
    done: int
    failed: int
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None


class ReplayBody(BaseModel):
    """What to replay: everything of a consumer that failed with ``error_class``, or one ``topic`` and ``key``."""

    consumer: str = Field(examples=["warehouse"])
    error_class: str | None = Field(default=None, examples=["KeyError"])
    topic: str | None = None
    key: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ReplayBody:
        if (self.error_class is None) == (self.topic is None or self.key is None):
            raise ValueError("name either an error_class, or a topic and a key")
        return self


class EditBody(BaseModel):
    """The body the record should have had, and headers to add or replace. The first version is kept beside it."""

    payload: Any = Field(examples=[{"order_id": "0199f0c2-0000-7000-8000-000000000000"}])
    headers: dict[str, str] = Field(default_factory=dict)
    reason: str = Field(min_length=1, max_length=500, examples=["Sai đơn vị tiền, đã hỏi đội kho."])


class DiscardBody(BaseModel):
    reason: str = Field(min_length=1, max_length=500, examples=["Đơn thử nghiệm, không cần xử lý."])


def view(row: Any) -> LetterView:
    return LetterView(**_shown(row))


def detail(row: Any, service: Service, *, personal: bool) -> LetterDetail:
    readers = {each.name: each for each in readers_of(service)}
    known = members(readers[row.consumer].family) if row.consumer in readers else {}
    model = known.get(row.type or "")

    def shown(body: bytes | None) -> Any:
        value = _readable(body)
        if personal or value is None:
            return value
        # What is no JSON of a known type has no known personal fields: it is hidden whole.
        return masked(model, value) if model is not None and isinstance(value, dict) else HIDDEN

    return LetterDetail(
        **_shown(row),
        payload=shown(row.payload),
        original_payload=shown(row.original_payload),
        headers={name: _as_text(value) for name, value in load_headers(row.headers)},
        details=row.details if personal else None,
    )


def _shown(row: Any) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in LetterView.model_fields if name != "trace_id"}
    trace = (row.traceparent or "").split("-")
    return fields | {
        "error": without_secrets(row.error),
        "event_id": row.event_id or None,
        "type": row.type or None,
        "trace_id": trace[1] if len(trace) == 4 else None,
    }


def _readable(body: bytes | None) -> Any:
    if body is None:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return _as_text(body) if _is_text(body) else {"base64": base64.b64encode(body).decode()}


def _as_text(value: bytes) -> str:
    return value.decode() if _is_text(value) else "base64:" + base64.b64encode(value).decode()


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
