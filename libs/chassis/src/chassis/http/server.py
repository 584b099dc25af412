"""How long, and how large, the head of a request may be: uvicorn asks neither, and a stranger's memory is ours.

Invariant: a connection that has not brought a whole request head within :data:`HEAD_WITHIN` seconds is closed, and of
a head that does not end no more than :data:`LARGEST_HEAD` bytes (and what one read brings) are ever kept. Bodies are
bounded where they are read.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN = 10.0
"""Seconds from the connection, or from the first byte of a later request on it, to the end of its head."""
LARGEST_HEAD = 64 * 1024


class BoundedHead(HttpToolsProtocol):
    """uvicorn's protocol, which leaves who dawdles and who never ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading_head = False
        self._head = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._reading_head and not self.transport.is_closing():
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._leave(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._head_is_whole()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._reading_head, self._head = True, 0
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_WITHIN, self._leave, HTTPStatus.REQUEST_TIMEOUT)

    def _head_is_whole(self) -> None:
        self._reading_head = False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _leave(self, status: HTTPStatus) -> None:
        """Hang up, and say why; while an earlier request is still being answered, after its answer."""
        self._head_is_whole()
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode())
        self.transport.close()
