"""Tracing of one process: on when settings name a place for the spans, otherwise not there at all."""

from __future__ import annotations

import logging
from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from chassis.settings import ServiceSettings
from chassis.telemetry.export import BoundedExport

EXPORT_TIMEOUT = 5


def start(
    service: str, settings: ServiceSettings, role: str = "", *, exporter: SpanExporter | None = None
) -> Callable[[], None]:
    """Begin to trace; the function that is returned ends it. Call it once per process, after any fork.

    The sampling decision is taken where a trace begins and followed everywhere else. ``exporter`` stands in for the
    one that settings name (a test keeps its spans in memory).
    """
    exporter = exporter or _exporter(settings.otlp_endpoint)
    if exporter is None:
        return lambda: None
    # A collector that is away is counted in a metric; a line per failed export would drown the log.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    logging.getLogger("opentelemetry.sdk").setLevel(logging.ERROR)
    provider = TracerProvider(
        sampler=ParentBased(root=TraceIdRatioBased(settings.trace_ratio)),
        resource=Resource.create(
            {"service.name": service, "service.instance.id": settings.instance, "service.role": role}
        ),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BoundedExport(exporter))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def prepare(settings: ServiceSettings) -> None:
    """Import what the exporter of :func:`start` will need, before a fork. Nothing is started."""
    if (exporter := _exporter(settings.otlp_endpoint)) is not None:
        exporter.shutdown()


def _exporter(endpoint: str | None) -> SpanExporter | None:
    if not endpoint:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # only where it is used

    url = endpoint.rstrip("/")
    return OTLPSpanExporter(url if url.endswith("/v1/traces") else f"{url}/v1/traces", timeout=EXPORT_TIMEOUT)
