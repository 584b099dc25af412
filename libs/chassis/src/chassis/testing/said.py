"""What a service says, read back from its outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.event import Actor, Event, Meta, families, members


def decoded(row: Any) -> Event | None:
    """The event in a row of the outbox; None for a tombstone."""
    if row["payload"] is None:
        return None
    known = [
        family for family in families() if row["topic"] == family.topic or row["topic"].startswith(family.topic + ".")
    ]
    family = max(known, key=lambda each: len(each.topic))
    event = members(family)[row["type"]].model_validate_json(row["payload"])
    headers = row["headers"]
    return event.received(
        Meta(
            id=row["id"],
            type=row["type"],
            source=headers["ce_source"],
            time=datetime.fromisoformat(headers["ce_time"]),
            occurred_at=datetime.fromisoformat(headers["ce_occurredat"]),
            actor=Actor.parse(headers["ce_actor"]),
            subject=headers["ce_subject"],
            sequence=row["version"],
            correlation_id=headers["ce_correlationid"],
            causation_id=headers.get("ce_causationid"),
            traceparent=row["traceparent"],
        )
    )
