"""Logs as JSON lines on standard output, each with the trace it belongs to, none with a secret or a person in it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from chassis.masking import without_secrets
from chassis.telemetry import trace_id

_OWN = frozenset({"event", "level", "logger", "timestamp", "service", "role", "exception", "trace_id"})


def configure(service: str, role: str, level: str = "INFO") -> None:
    """Everything that is logged in this process, by whatever library, goes out in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _of(service, role),
        _traced,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _masked,
                structlog.processors.JSONRenderer(serializer=_on_one_line, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("aiokafka", "faststream", "uvicorn.access", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


_BREAKS = {ord(each): f"\\u{ord(each):04x}" for each in "\x7f\x85\u2028\u2029"}


def _on_one_line(entry: Any, **how: Any) -> str:
    """JSON; what it may hold as it is and some readers of logs take for the end of a line is escaped."""
    return json.dumps(entry, ensure_ascii=False, **how).translate(_BREAKS)


def _of(service: str, role: str) -> Processor:
    def add(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        entry["service"] = service
        entry.setdefault("role", role)  # where roles share a process, each has said in its context which it is
        return entry

    return add


def _traced(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace := trace_id():
        entry["trace_id"] = trace
    return entry


def _masked(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in entry.items():
        entry[name] = without_secrets(value, "" if name in _OWN else name)
    return entry
