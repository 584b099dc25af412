"""A caller asks again for what was not answered, and only where that does no harm."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from devkit.caller import Caller, Refused

GRANTED = {"access_token": "t", "expires_in": 60}


@contextmanager
def platform(*answers: tuple[int, object] | None) -> Iterator[tuple[str, list[str]]]:
    """Its address, and what it was asked; gives these answers one after the other, or hangs up where one is None."""
    left, asked = list(answers), []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(self.path)
            if (answer := left.pop(0)) is None:
                self.close_connection = True
                return
            body = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            serving.join()


async def test_signing_in_is_repeated_when_the_gateway_hung_up_or_was_busy() -> None:
    with platform(None, (503, {}), (200, GRANTED), (200, {"id": 1})) as (address, asked):
        async with Caller(address, username="sales", password="p") as sales:
            assert await sales.post("/api/orders") == {"id": 1}
    assert asked == ["/api/auth/token"] * 3 + ["/api/orders"]


async def test_a_wrong_password_is_told_at_once() -> None:
    with platform((401, {"code": "wrong-password"})) as (address, asked):
        async with Caller(address, username="sales", password="p") as sales:
            with pytest.raises(Refused):
                await sales.post("/api/orders")
    assert asked == ["/api/auth/token"]
