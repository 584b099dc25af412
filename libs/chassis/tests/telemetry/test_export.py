import threading
import time

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import REGISTRY

from chassis.settings import ServiceSettings
from chassis.telemetry.export import BoundedExport
from chassis.telemetry.setup import _exporter as exporter_of
from chassis.telemetry.setup import start


class Stuck(SpanExporter):
    """A collector that takes a connection and never answers."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked = threading.Event()

    def export(self, spans):
        self.asked.set()
        self.released.wait(10)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.released.set()


class Broken(SpanExporter):
    def export(self, spans):
        raise OSError("no such host")

    def shutdown(self) -> None:
        pass


def counted(fate: str) -> float:
    return REGISTRY.get_sample_value("spans_total", {"fate": fate}) or 0.0


def ending(exporter: SpanExporter, spans: int, queue: int) -> tuple[BoundedExport, float]:
    processor = BoundedExport(exporter, queue=queue)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("test")
    begun = time.perf_counter()
    for _ in range(spans):
        tracer.start_span("x").end()
    return processor, time.perf_counter() - begun


def test_a_collector_that_hangs_costs_spans_and_no_time():
    dropped, stuck = counted("dropped"), Stuck()

    processor, took = ending(stuck, spans=3000, queue=600)

    assert took < 2
    assert counted("dropped") - dropped >= 3000 - 600 - 512
    begun = time.monotonic()
    processor.shutdown()
    assert time.monotonic() - begun < 4


def test_a_collector_that_is_away_is_counted_and_forgotten():
    failed = counted("failed")

    processor, _ = ending(Broken(), spans=700, queue=8192)
    deadline = time.monotonic() + 5
    while counted("failed") - failed < 700 and time.monotonic() < deadline:
        time.sleep(0.02)
    processor.shutdown()

    assert counted("failed") - failed == 700


def test_what_waits_is_sent_before_the_process_ends():
    sent, stuck = counted("sent"), Stuck()
    stuck.released.set()

    processor, _ = ending(stuck, spans=20, queue=100)
    processor.shutdown()

    assert counted("sent") - sent == 20


@pytest.mark.parametrize(
    "endpoint", ["http://collector:4318", "http://collector:4318/", "http://collector:4318/v1/traces"]
)
def test_an_endpoint_is_named_with_or_without_its_path(endpoint: str):
    made = exporter_of(endpoint)
    assert made is not None
    made.shutdown()


def test_without_an_endpoint_nothing_is_traced_at_all():
    assert exporter_of(None) is None
    start("x", ServiceSettings(otlp_endpoint=None))()
