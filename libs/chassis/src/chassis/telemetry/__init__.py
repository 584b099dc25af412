"""Tracing: one order, one trace, across requests, rows, topics and SQL. Export never blocks; it drops and counts."""

from chassis.telemetry.context import tag, trace_id, traceparent
from chassis.telemetry.messaging import BatchTrace, consumer_spans, failed, producer_span
from chassis.telemetry.setup import prepare, start
from chassis.telemetry.sql import watch

__all__ = [
    "BatchTrace",
    "consumer_spans",
    "failed",
    "prepare",
    "producer_span",
    "start",
    "tag",
    "trace_id",
    "traceparent",
    "watch",
]
