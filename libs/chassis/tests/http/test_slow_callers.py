"""Callers who dawdle, or never end: what they may hold of ours is bounded in time and in size."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import StreamingResponse
from uvicorn.server import ServerState

from chassis.http import server
from chassis.http.body import BodyLimit
from chassis.refusals import CallerSilent

WHOLE = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi"


def an_app(within: float = 60) -> Any:
    app = FastAPI()

    @app.post("/")
    async def told(request: Request) -> int:
        return len(await request.body())

    @app.post("/slowly")
    async def slowly() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"part"
                await asyncio.sleep(0.2)

        return StreamingResponse(parts())

    return BodyLimit(app, most=1000, within=within)


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    config = uvicorn.Config(app, http=server.BoundedHead, ws="none", lifespan="off", log_level="error")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: server.BoundedHead(config, state, {}), "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        for connection in list(state.connections):
            connection.shutdown()
    await asyncio.gather(*state.tasks)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_WITHIN", 0.3)


async def said_to(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What the server says until it hangs up, which it may do while we still speak."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard: list[bytes] = []

    async def listen() -> None:
        with suppress(ConnectionError):
            while part := await reader.read(1000):
                heard.append(part)

    async with asyncio.timeout(10):
        listening = asyncio.create_task(listen())
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        await listening
    writer.close()
    return b"".join(heard)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nhost: a\r\nx: "])
async def test_a_head_that_does_not_come_ends_the_connection(begun: bytes):
    async with served(an_app()) as port:
        assert (await said_to(port, begun)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("impatient")
async def test_a_head_that_drips_ends_the_connection_too():
    async with served(an_app()) as port:
        drops = [b"GET / HTTP/1.1\r\n", *[b"x: y\r\n"] * 8]
        assert (await said_to(port, *drops, pause=0.1)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("impatient")
async def test_a_second_request_on_a_connection_has_its_own_time():
    async with served(an_app()) as port:
        answer = await said_to(port, WHOLE, b"GET / HTTP/1.1\r\n", pause=0.2)
    first, _, second = answer.partition(b"HTTP/1.1 408 ")
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_takes_longer_than_a_head_may_is_given_whole():
    async with served(an_app()) as port:
        late = WHOLE.replace(b"POST / ", b"POST /slowly ") + b"GET / HT"
        answer = await said_to(port, late)
    assert answer.count(b"part") == 3
    assert answer.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    "endless",
    [
        lambda: b"x" * 8192,
        lambda: b"x: " + b"y" * 8000 + b"\r\n",
    ],
    ids=["one header", "many headers"],
)
async def test_a_head_without_end_is_not_kept(endless: Callable[[], bytes]):
    async with served(an_app()) as port:
        pieces = [b"GET / HTTP/1.1\r\nz: ", *(endless() for _ in range(12))]
        answer = await said_to(port, *pieces, pause=0.01)
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_body_that_drips_is_refused_when_its_time_is_over():
    told: list[Exception] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            while True:
                await receive()
        except CallerSilent as silent:
            told.append(silent)

    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    await BodyLimit(app, most=1000, within=0.2)({"type": "http"}, drip, drip)
    assert len(told) == 1


async def test_waiting_for_the_caller_to_leave_is_not_waiting_for_his_body():
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b"all"
        assert (await receive())["type"] == "http.disconnect"

    messages = iter([{"type": "http.request", "body": b"all", "more_body": False}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        message = next(messages)
        if message["type"] == "http.disconnect":
            await asyncio.sleep(0.3)
        return message

    await BodyLimit(app, most=1000, within=0.1)({"type": "http"}, receive, receive)
