"""The trace of a call begins at the edge, and the service continues it."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from chassis.testing import eventually

pytestmark = pytest.mark.connected


async def test_a_service_gets_the_trace_that_began_here(gateway: Any, exported: InMemorySpanExporter) -> None:
    client = await gateway.as_("SAL")
    exported.clear()
    call = (await client.get("/api/orders/77?phone=%2B84901234567&limit=5")).json()
    _, trace_id, parent, flags = call["headers"]["traceparent"].split("-")

    async def ended() -> Any:
        provider: Any = trace.get_tracer_provider()
        provider.force_flush()
        return [span for span in exported.get_finished_spans() if span.kind is SpanKind.SERVER]

    (span,) = await eventually(ended)
    assert (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}") == (trace_id, parent)
    assert int(flags, 16) & 1, "the sampling is decided here"
    assert span.name == "GET /api/orders/{id}"
    assert span.attributes["http.route"] == "/api/orders/{id}"
    assert span.attributes["peer.service"] == "orders"
    assert span.attributes["url.query"] == "phone&limit"


async def test_a_problem_names_its_trace(gateway: Any) -> None:
    told = (await (await gateway.as_("HR")).get("/api/orders")).json()
    assert len(told["trace_id"]) == 32
