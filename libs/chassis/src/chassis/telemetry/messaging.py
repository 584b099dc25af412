"""Spans of what is sent and received, so that one order stays one trace across every topic.

The span of a handled event has the event's own ``traceparent`` as its *parent*. The batch it came in is a span of
its own, linked both ways, because a batch belongs to no one order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode

from chassis.telemetry.context import _spans_of_events, parsed, remote, tracer
from chassis.telemetry.context import traceparent as traceparent_of
from contracts import Meta

MOST_LINKS = 64


@dataclass(slots=True)
class BatchTrace:
    """``traceparents`` holds, by event id, the context that consequences of that event continue."""

    traceparents: dict[str, str] = field(default_factory=dict)


@contextmanager
def consumer_spans(consumer: str, topic: str, metas: Sequence[Meta]) -> Iterator[BatchTrace]:
    """One CONSUMER span per sampled event while they are handled together, and one for the batch.

    An event that is not sampled costs nothing and hands its context on unchanged.
    """
    known = [(meta, context) for meta in metas if (context := parsed(meta.traceparent)) is not None]
    batch = BatchTrace({meta.id: meta.traceparent for meta, _ in known if meta.traceparent})
    sampled = [(meta, context) for meta, context in known if context.trace_flags.sampled]
    if not sampled:
        yield batch
        return
    whole = tracer().start_span(
        f"batch {topic}",
        context=Context(),
        links=[Link(context) for _, context in sampled[:MOST_LINKS]],
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.type": "receive",
            "messaging.destination.name": topic,
            "messaging.consumer.group.name": consumer,
            "messaging.batch.message_count": len(metas),
        },
    )
    spans = {
        meta.id: tracer().start_span(
            f"process {topic}",
            context=remote(context),
            kind=SpanKind.CONSUMER,
            links=[Link(whole.get_span_context())],
            attributes=_attributes(meta, topic, consumer),
        )
        for meta, context in sampled
    }
    batch.traceparents.update({id: text for id, span in spans.items() if (text := traceparent_of(span))})
    current = next(iter(spans.values())) if len(metas) == 1 else whole
    token = _spans_of_events.set(spans)
    try:
        with trace.use_span(current, record_exception=False, set_status_on_exception=False):
            yield batch
    except BaseException as error:
        for span in (*spans.values(), whole):
            failed(span, error)
        raise
    finally:
        _spans_of_events.reset(token)
        for span in (*spans.values(), whole):
            span.end()


def producer_span(topic: str, event_id: str, traceparent: str | None) -> Span | None:
    """The span of sending one row of the outbox; None where the row's trace is not sampled (send it unchanged).

    Send ``traceparent_of(span)`` in place of the row's and end the span when the broker has acknowledged.
    """
    context = parsed(traceparent)
    if context is None or not context.trace_flags.sampled:
        return None
    return tracer().start_span(
        f"send {topic}",
        context=remote(context),
        kind=SpanKind.PRODUCER,
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.type": "send",
            "messaging.destination.name": topic,
            "messaging.message.id": event_id,
        },
    )


def failed(span: Span, error: BaseException) -> None:
    """Mark a span with the kind of its error. The message may hold personal data and stays out."""
    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(Status(StatusCode.ERROR))


def _attributes(meta: Meta, topic: str, consumer: str) -> dict[str, str]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": topic,
        "messaging.consumer.group.name": consumer,
        "messaging.message.id": meta.id,
        "messaging.message.conversation_id": meta.correlation_id,
        "event.type": meta.type,
    }
