"""Records as another service's relay writes them."""

from datetime import UTC, datetime

from pantry.events import CropHarvested

from contracts.event import Actor, Event, Meta
from contracts.headers import to_headers

Written = tuple[bytes, bytes, list[tuple[str, bytes]]]
"""Key, value and headers."""


def record(event: Event, id: str, sequence: int = 1) -> Written:
    """The event as it travels, with an id of the test's choice."""
    now = datetime.now(UTC)
    meta = Meta(
        id=id, type=event.type_name(), source="farm", time=now, occurred_at=now, actor=Actor.parse("user:x"),
        subject=event.key, sequence=sequence, correlation_id=event.key,
    )  # fmt: skip
    return event.key.encode(), event.model_dump_json().encode(), to_headers(meta)


def harvest(id: str, field: str = "north", amount: int = 1) -> Written:
    return record(CropHarvested(field=field, amount=amount), id)
