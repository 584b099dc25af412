"""Where we are in which trace, as the text that travels in headers and rows."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, TraceFlags
from opentelemetry.util.types import AttributeValue

_spans_of_events: ContextVar[Mapping[str, Span] | None] = ContextVar("spans_of_events", default=None)


def tracer() -> trace.Tracer:
    """The chassis' own, of whatever provider is in place: making one costs as much as a short span."""
    return _of(trace.get_tracer_provider())


@lru_cache(maxsize=1)
def _of(provider: trace.TracerProvider) -> trace.Tracer:
    return provider.get_tracer("chassis")


def trace_id() -> str | None:
    """The id of the current trace, for a person who reports a problem; None outside of any."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def traceparent(span: Span | None = None) -> str | None:
    """W3C ``traceparent`` of a span, by default the current one; None outside of any trace."""
    context = (span or trace.get_current_span()).get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def parsed(text: str | None) -> SpanContext | None:
    """The span a ``traceparent`` names; None if there is none or it is malformed (then a new trace begins)."""
    if text is None or len(text) < 55:
        return None
    version, _, rest = text.partition("-")
    parts = rest.split("-")
    if len(version) != 2 or version == "ff" or len(parts) < 3 or [len(part) for part in parts[:3]] != [32, 16, 2]:
        return None
    try:
        trace_number, span_number, flags = (int(part, 16) for part in parts[:3])
    except ValueError:
        return None
    context = SpanContext(trace_number, span_number, is_remote=True, trace_flags=TraceFlags(flags))
    return context if context.is_valid else None


def remote(context: SpanContext) -> Context:
    """A context in which ``context``, known only by its name, is the parent."""
    return trace.set_span_in_context(NonRecordingSpan(context), Context())


def tag(*, event_id: str | None = None, **values: AttributeValue) -> None:
    """Note what a span is about, so that it can be found: ``tag(order_code="DH2511220042")`` sets ``order.code``.

    In a batch of events name the one that is meant; without it the current span is tagged.
    """
    spans = _spans_of_events.get()
    span = spans.get(event_id) if event_id is not None and spans else trace.get_current_span()
    if span is not None and span.is_recording():
        for name, value in values.items():
            span.set_attribute(name.replace("_", "."), value)
