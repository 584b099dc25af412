"""A span per SQL statement, where somebody is listening.

The asyncpg instrumentation wraps calls that SQLAlchemy does not make (it prepares, then fetches from the prepared
statement), so it sees nothing here. SQLAlchemy's own events cost one look at the current span when it is not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.telemetry.context import tracer
from chassis.telemetry.messaging import failed

_SPAN = "chassis_span"
LONGEST = 500


def watch(engine: AsyncEngine) -> None:
    """Make spans of this engine's statements, below whatever span is current. Values are never recorded."""
    database = engine.url.database or ""

    def begin(
        _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _executemany: bool
    ) -> None:
        if context is None or not trace.get_current_span().is_recording():
            return
        context.__dict__[_SPAN] = _begun(statement, database)

    def end(
        _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _executemany: bool
    ) -> None:
        span = _taken(context)
        if span is not None:
            span.end()

    def broken(exception: Any) -> None:
        span = _taken(exception.execution_context)
        if span is not None:
            failed(span, exception.original_exception)
            span.end()

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", broken)


@contextmanager
def statement_span(statement: str) -> Iterator[None]:
    """The same for a statement that goes past SQLAlchemy."""
    if not trace.get_current_span().is_recording():
        yield
        return
    span = _begun(statement, "")
    try:
        yield
    except BaseException as error:
        failed(span, error)
        raise
    finally:
        span.end()


def _begun(statement: str, database: str) -> Span:
    text, operation = _told(statement)
    return tracer().start_span(
        f"{operation} {database}".rstrip(),
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": "postgresql",
            "db.namespace": database,
            "db.operation.name": operation,
            "db.query.text": text,
        },
    )


@lru_cache(maxsize=1_000)
def _told(statement: str) -> tuple[str, str]:
    """The statement on one line, no longer than is shown, and what it does."""
    text = " ".join(statement.split())
    return text[:LONGEST], text.partition(" ")[0].upper() or "SQL"


def _taken(context: Any) -> Span | None:
    return None if context is None else context.__dict__.pop(_SPAN, None)
