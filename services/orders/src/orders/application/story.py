"""An order's story: every command given here and every fact heard from others, with who and when (ORD-29)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from contracts.event import Actor, Event
from orders.domain import happenings as h
from orders.domain.order import Order
from orders.domain.status import Status

_KNOWN_ELSEWHERE = {"type", "order_id", "code", "lines", "store_id", "owner_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step. ``kind`` reads like an event's type, ``at`` is business time, ``status`` what people saw afterwards.

    ``details`` holds no personal data: the story is shown to everybody who may see the order at all.
    """

    order_id: UUID
    at: datetime
    kind: str
    service: str
    actor: str
    actor_name: str | None = None
    status: Status | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    event_id: str | None = None


def own(order_id: UUID, at: datetime, kind: str, actor: Actor, status: Status | None, **details: Any) -> Entry:
    """A step the desk took itself."""
    return Entry(
        order_id=order_id,
        at=at,
        kind=kind,
        service="orders",
        actor=str(actor),
        actor_name=actor.name,
        status=status,
        details={name: value for name, value in details.items() if value not in (None, (), [])},
    )


def heard(event: Event, order_id: UUID, status: Status | None) -> Entry:
    """A fact another service told, under the name it gave it."""
    meta = event.meta
    return Entry(
        order_id=order_id,
        at=meta.occurred_at,
        kind=meta.type,
        service=meta.source,
        actor=str(meta.actor),
        actor_name=meta.actor.name,
        status=status,
        details=event.model_dump(mode="json", exclude=_KNOWN_ELSEWHERE, exclude_none=True),
        event_id=meta.id,
    )


def told(happening: h.Happening, order: Order | None) -> tuple[str, dict[str, Any]]:
    """Kind and details of the entry for something that happened here. Only a placed order needs the order itself."""
    match happening:
        case h.Placed():
            return "order.placed", {} if order is None else _as_placed(order)
        case h.CallLogged():
            again_at = happening.again_at
            return "order.called", {"outcome": happening.outcome, "note": happening.note, "again_at": again_at}
        case h.CallStarted():
            return "order.call_started", {"until": happening.until}
        case h.Assigned():
            return "order.assigned", {"owner_id": happening.owner_id, "before": happening.before}
        case h.Confirmed():
            return "order.confirmed", {"override": happening.override}
        case h.Held():
            return "order.held", {"reason": happening.reason, "until": happening.until, "note": happening.note}
        case h.Resumed():
            return "order.resumed", {}
        case h.Edited():
            return "order.changed", {"changed": happening.changed}
        case h.CancelRequested():
            return "order.cancel_requested", {"reason": happening.reason, "note": happening.note}
        case h.Cancelled():
            return "order.cancelled", {"reason": happening.reason, "note": happening.note}
        case h.StandingAside():
            return f"order.{happening.kind}_requested", {}
        case h.Succeeded():
            return f"order.{happening.kind}", {"replaced_by": [code for _, code, _ in happening.successors]}
        case h.Deleted():
            return "order.deleted", {"note": happening.note}
        case h.Restored():
            return "order.restored", {"note": happening.note}
        case h.PaymentReminded():
            return "order.payment_due", {"due": happening.due, "cancel_at": happening.cancel_at}
        case h.Released():
            return "order.released", {}
        case h.Closed():
            return "order.closed", {}
        case _:
            assert_never(happening)


def _as_placed(order: Order) -> dict[str, Any]:
    return {
        "channel": order.origin.channel,
        "source": order.origin.source,
        "external_id": order.origin.external_id,
        "total": order.agreement.total,
        "duplicate_of": order.duplicate_of,
        "blacklisted": order.progress.blacklisted or None,
        "replaces": order.replaces,
    }
