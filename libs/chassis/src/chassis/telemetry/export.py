"""Sending spans away without ever holding up the work: a bounded queue, one thread, a counter of what was dropped."""

from __future__ import annotations

import threading
from collections import deque

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import Counter

QUEUE = 8192
BATCH = 512
EVERY = 1.0
"""Seconds between two exports of less than a full batch."""

spans_total = Counter("spans_total", "Finished spans by what became of them.", ["fate"])
_sent, _dropped, _failed = (spans_total.labels(fate) for fate in ("sent", "dropped", "failed"))


class BoundedExport(SpanProcessor):
    """Ending a span costs one append. A collector that is slow or away costs spans, never time.

    Make it after the process has forked: its thread does not survive a fork.
    """

    def __init__(self, exporter: SpanExporter, *, queue: int = QUEUE) -> None:
        self._exporter = exporter
        self._most = queue
        self._waiting: deque[ReadableSpan] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._exporting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """A query may name a person (``?phone=…``): a trace keeps only which filters were used."""
        query = (span.attributes or {}).get("url.query")
        if query:
            names = [part.partition("=")[0] for part in str(query).split("&")]
            span.set_attribute("url.query", "&".join(names))

    def on_end(self, span: ReadableSpan) -> None:
        context = span.context
        if context is None or not context.trace_flags.sampled:
            return
        if len(self._waiting) >= self._most:
            _dropped.inc()
            return
        self._waiting.append(span)
        if len(self._waiting) >= BATCH:
            self._wake.set()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        while self._waiting:
            self._export_one()
        return True

    def shutdown(self) -> None:
        """Gives what waits one chance, for at most two seconds."""
        self._stopping = True
        self._wake.set()
        self._thread.join(2)
        self._exporter.shutdown()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(EVERY)
            self._wake.clear()
            while self._waiting:
                self._export_one()
                if self._stopping:
                    break
        while self._waiting and self._export_one():
            pass

    def _export_one(self) -> bool:
        with self._exporting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            if not batch:
                return True
            try:
                result = self._exporter.export(batch)
            except Exception:  # an exporter's own fault may cost spans, nothing else
                result = SpanExportResult.FAILURE
            (_sent if result is SpanExportResult.SUCCESS else _failed).inc(len(batch))
            return result is SpanExportResult.SUCCESS
