"""Keeps asking the services what they serve, and remembers it across restarts of ours and outages of theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.failures import is_transient
from chassis.refusals import Refusal
from gateway.adapters.upstream import Upstream
from gateway.application.directory import Directory, digest_of

log = structlog.get_logger("gateway.documents")

EAGERLY = 0.5
"""Seconds between two questions to a service that has never answered."""
ANSWER_WITHIN = 2.0
"""Seconds. A service that says nothing is asked again at once, until its circuit opens."""
LARGEST = 8 * 1024 * 1024

_LOAD = text("SELECT service, digest, document FROM service_documents")
_SAVE = text("""
    INSERT INTO service_documents AS kept (service, digest, document)
    VALUES (:service, :digest, CAST(:document AS jsonb))
    ON CONFLICT (service) DO UPDATE SET digest = excluded.digest, document = excluded.document,
        fetched_at = clock_timestamp() WHERE kept.digest <> excluded.digest
""")


async def load_kept(engine: AsyncEngine, directory: Directory) -> None:
    """What services said before we started; waits for the database as long as it takes."""
    while True:
        if await _loaded(engine, directory):
            return
        await asyncio.sleep(1)


async def _loaded(engine: AsyncEngine, directory: Directory) -> bool:
    try:
        async with engine.connect() as connection:
            rows = (await connection.execute(_LOAD)).all()
    except Exception as error:
        if not is_transient(error):
            raise
        return False
    for row in rows:
        if not directory.knows(row.service):
            directory.learn(row.service, row.document, row.digest)
    return True


async def follow(engine: AsyncEngine, upstream: Upstream, directory: Directory, every: float) -> None:
    """Ask one service again and again, until cancelled. An answer also shows that it is there."""
    unsaved: tuple[str, bytes] | None = None
    tag = ""
    while True:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                content, tag = await _ask(upstream, tag)
        except (Refusal, ValueError, TimeoutError) as error:
            log.debug("no routes to be had", service=upstream.name, error=str(error))
            if not directory.knows(upstream.name):
                await _loaded(engine, directory)  # another gateway may have heard them since we started
            if isinstance(error, TimeoutError):
                upstream.circuit.silent()
                if not upstream.circuit.open:
                    continue
        else:
            if content is not None:
                digest = digest_of(content)
                if _learn(directory, upstream.name, content, digest):
                    unsaved = (digest, content)
        if unsaved is not None and await _saved(engine, upstream.name, *unsaved):
            unsaved = None
        await asyncio.sleep(every if directory.knows(upstream.name) else min(every, EAGERLY))


async def _ask(upstream: Upstream, tag: str) -> tuple[bytes | None, str]:
    """The document as bytes, ``None`` if it is what ``tag`` named, and its new tag."""
    headers = [(b"accept", b"application/json")]
    if tag:
        headers.append((b"if-none-match", tag.encode()))
    async with upstream.call("GET", b"/openapi.json", headers, None) as answer:
        content = b""
        async for part in answer.parts():
            content += part
            if len(content) > LARGEST:
                raise ValueError(f"the document of {upstream.name} is larger than {LARGEST} bytes")
        if answer.status == 304:
            return None, tag
        if answer.status != 200:
            raise ValueError(f"{upstream.name} answers {answer.status} for its routes")
        return content, (answer.header(b"etag") or b"").decode("latin-1")


def _learn(directory: Directory, service: str, content: bytes, digest: str) -> bool:
    document = json.loads(content)
    if not isinstance(document, Mapping) or not isinstance(document.get("paths"), Mapping):
        raise ValueError("not an OpenAPI document")
    return directory.learn(service, document, digest)


async def _saved(engine: AsyncEngine, service: str, digest: str, content: bytes) -> bool:
    try:
        async with engine.begin() as connection:
            await connection.execute(_SAVE, {"service": service, "digest": digest, "document": content.decode()})
    except Exception as error:
        if not is_transient(error):
            raise
        return False
    return True
