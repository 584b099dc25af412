"""CloudEvents 1.0 in Kafka's binary mode: metadata to headers and back.

Header values are UTF-8 text. A record of another producer may hold anything, so reading never assumes: what is
missing or not text is named in :class:`UnreadableHeaders`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from contracts.event import Actor, Meta

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"

type_header, id_header = "ce_type", "ce_id"


class UnreadableHeaders(ValueError):
    """The headers do not describe a CloudEvent; ``reasons`` says which and why, one each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


def to_headers(meta: Meta) -> list[tuple[str, bytes]]:
    """The headers of a record, in a fixed order."""
    values: dict[str, str | None] = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": meta.id,
        "ce_type": meta.type,
        "ce_source": meta.source,
        "ce_time": _written(meta.time),
        "ce_subject": meta.subject,
        "ce_sequence": str(meta.sequence),
        "ce_correlationid": meta.correlation_id,
        "ce_causationid": meta.causation_id,
        "ce_actor": str(meta.actor),
        "ce_occurredat": _written(meta.occurred_at),
        "traceparent": meta.traceparent,
        "content-type": CONTENT_TYPE,
    }
    return [(name, value.encode()) for name, value in values.items() if value is not None]


def as_text(raw: Iterable[tuple[str, bytes | None]]) -> Mapping[str, str]:
    """Headers as text. Raises :class:`UnreadableHeaders` naming every ``ce_``/trace header that is not UTF-8.

    Other headers belong to others: one that is binary is left out, which is legal in Kafka.
    """
    text: dict[str, str] = {}
    bad: list[str] = []
    for name, value in raw:
        try:
            text[name] = (value or b"").decode()
        except UnicodeDecodeError:
            if name.startswith("ce_") or name == "traceparent":
                bad.append(f"header {name} is not UTF-8 text")
    if bad:
        raise UnreadableHeaders(bad)
    return text


def from_headers(raw: Iterable[tuple[str, bytes | None]]) -> Meta:
    """Metadata of a record between services. Raises :class:`UnreadableHeaders` with every reason."""
    text = as_text(raw)
    required = ("ce_id", "ce_type", "ce_source", "ce_time", "ce_sequence", "ce_correlationid", "ce_actor")
    missing = [f"header {name} is missing" for name in required if not text.get(name)]
    if missing:
        raise UnreadableHeaders(missing)
    try:
        time = datetime.fromisoformat(text["ce_time"])
        return Meta(
            id=text["ce_id"],
            type=text["ce_type"],
            source=text["ce_source"],
            time=time,
            occurred_at=datetime.fromisoformat(text["ce_occurredat"]) if "ce_occurredat" in text else time,
            actor=Actor.parse(text["ce_actor"]),
            subject=text.get("ce_subject", ""),
            sequence=int(text["ce_sequence"]),
            correlation_id=text["ce_correlationid"],
            causation_id=text.get("ce_causationid"),
            traceparent=text.get("traceparent"),
        )
    except ValueError as error:
        raise UnreadableHeaders([f"a header has the wrong form: {error}"]) from error


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
