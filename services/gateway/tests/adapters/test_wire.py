"""Every way in which a service can answer, well or badly, over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from gateway.adapters.upstream import Upstream
from gateway.adapters.wire import LARGEST_HEAD, Connections
from gateway.application.refusals import ServiceAway, ServiceBrokeOff, ServiceBusy, ServiceSilent

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Said = tuple[int, bytes]


class Talker:
    """Answers each request with the next of its scripts; counts connections and keeps what it heard."""

    def __init__(self, scripts: Sequence[bytes]) -> None:
        self.scripts = list(scripts)
        self.connections = 0
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.scripts:
                self.heard.append(await _request(reader))
                script = self.scripts.pop(0)
                writer.write(script)
                await writer.drain()
                if not script or b"connection: close" in script.lower() or b"until-close" in script:
                    break
            else:
                await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if b"chunked" in head:
        while True:
            line = await reader.readline()
            head += line + await reader.readexactly(int(line, 16) + 2)
            if int(line, 16) == 0:
                return head
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    return head + await reader.readexactly(int(length[0].split(b":")[1]) if length else 0)


@asynccontextmanager
async def talking(talk: Callable[..., Awaitable[None]], **settings: Any) -> AsyncIterator[Upstream]:
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    usual = {"connect_timeout": 1.0, "answer_timeout": 2.0, "calls_at_once": 4}
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    upstream = Upstream("orders", address, **(usual | settings))
    try:
        yield upstream
    finally:
        upstream.close()
        server.close()


async def said(upstream: Upstream, method: str = "GET", content: Any = None, headers: Any = ()) -> Said:
    async with upstream.call(method, b"/orders?a=1", list(headers), content) as answer:
        return answer.status, await answer.body()


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("script", "method", "expected", "kept"),
    [
        (OK, "GET", (200, b"ok"), True),
        (CHUNKED, "GET", (200, b"abcde"), True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "DELETE", (204, b""), True),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", "GET", (304, b""), True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", "HEAD", (200, b""), False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "HEAD", (204, b""), True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, "GET", (200, b"ok"), True),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok", "GET", (200, b"ok"), False),
        (b"HTTP/1.1 200 OK\r\nx: until-close\r\n\r\nall of it", "GET", (200, b"all of it"), False),
        (OK + OK, "GET", (200, b"ok"), False),
        (OK + b"rubbish", "GET", (200, b"ok"), False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", "GET", (200, b"ok"), False),
    ],
)
async def test_an_answer_is_read_to_its_end_and_the_connection_kept_if_both_mean_to(
    script: bytes, method: str, expected: Said, kept: bool
) -> None:
    talker = Talker([script, OK])
    async with talking(talker) as upstream:
        assert await said(upstream, method) == expected
        assert await said(upstream) == (200, b"ok")
        assert talker.connections == (1 if kept else 2)


@pytest.mark.parametrize(
    "script",
    [
        b"", b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf", b"rubbish connection: close\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\nx: " + b"y" * LARGEST_HEAD + b"\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n connection: close",
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_is_told_as_broken_off(script: bytes) -> None:
    async with talking(Talker([script] * 3)) as upstream:
        with pytest.raises(ServiceBrokeOff):
            await said(upstream, "POST", b"{}")


async def test_a_connection_that_broke_is_not_used_again() -> None:
    talker = Talker([b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf", OK])
    async with talking(talker) as upstream:
        with pytest.raises(ServiceBrokeOff):
            await said(upstream, "POST", b"{}")
        assert await said(upstream, "POST", b"{}") == (200, b"ok")
        assert talker.connections == 2


@pytest.mark.parametrize(
    ("method", "headers", "times"),
    [("GET", [], 2), ("HEAD", [], 2), ("POST", [(b"idempotency-key", b"k")], 2), ("POST", [], 1), ("DELETE", [], 1)],
)
async def test_only_what_has_one_effect_is_sent_again(method: str, headers: Any, times: int) -> None:
    talker = Talker([b"", OK])
    async with talking(talker) as upstream:
        if times == 2:
            assert (await said(upstream, method, headers=headers))[0] == 200
        else:
            with pytest.raises(ServiceBrokeOff):
                await said(upstream, method, headers=headers)
        assert len(talker.heard) == times


async def test_a_body_goes_out_whole_or_as_it_comes() -> None:
    async def flowing() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"de"

    talker = Talker([OK, OK, OK, OK])
    async with talking(talker) as upstream:
        await said(upstream, "POST", b"abcde")
        await said(upstream, "POST", flowing(), [(b"content-length", b"5")])
        await said(upstream, "POST", flowing())
        await said(upstream, "POST")
    whole, announced, chunked, none = talker.heard
    assert whole.endswith(b"content-length: 5\r\n\r\nabcde")
    assert announced.endswith(b"content-length: 5\r\n\r\nabcde")
    assert chunked.endswith(b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert none.endswith(b"content-length: 0\r\n\r\n")
    assert talker.connections == 1


async def test_it_is_the_same_on_the_loop_the_gateway_runs_on() -> None:
    async def talk() -> tuple[list[Said], int]:
        talker = Talker([OK, CHUNKED, OK])
        async with talking(talker) as upstream:
            return [await said(upstream, "POST", b"{}") for _ in range(3)], talker.connections

    answers, connections = await asyncio.to_thread(uvloop.run, talk())
    assert answers == [(200, b"ok"), (200, b"abcde"), (200, b"ok")]
    assert connections == 1


async def test_a_service_that_answers_early_is_not_sent_the_rest() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65536
            await asyncio.sleep(0)

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(5)
        writer.close()

    async with talking(refuses) as upstream:
        async with asyncio.timeout(3):
            assert (await said(upstream, "POST", endless()))[0] == 413


async def test_a_slow_caller_makes_a_fast_service_wait() -> None:
    written = 0

    async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n")
        for _ in range(2000):
            writer.write(b"y" * 10_000)
            await writer.drain()
            written += 10_000
        writer.close()

    async with talking(floods) as upstream:
        async with upstream.call("GET", b"/", [], None) as answer:
            parts = answer.parts()
            total = len(await anext(parts))
            await asyncio.sleep(0.5)
            assert written < 15_000_000
            async for part in parts:
                total += len(part)
    assert total == 20_000_000


async def test_silence_is_told_in_time_before_and_within_an_answer() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(3)
        writer.close()

    async def stops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
        await asyncio.sleep(3)
        writer.close()

    for talk in (silent, stops):
        async with talking(talk, answer_timeout=0.2) as upstream:
            with pytest.raises(ServiceSilent):
                await said(upstream)


async def test_a_service_that_is_not_there_and_an_address_without_anybody() -> None:
    upstream = Upstream("orders", "http://127.0.0.1:9", connect_timeout=1, answer_timeout=1, calls_at_once=1)
    with pytest.raises(ServiceAway):
        await said(upstream)
    nowhere = Upstream("orders", "http://no-such-host.invalid", connect_timeout=1, answer_timeout=1, calls_at_once=1)
    with pytest.raises(ServiceAway):
        await said(nowhere)


async def test_only_so_many_calls_at_a_time_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.adapters.upstream.WAIT_FOR_TURN", 0.2)
    going = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await going.wait()
        writer.write(OK)
        await writer.drain()
        writer.close()

    async with talking(slow, calls_at_once=2) as upstream:
        calls = [asyncio.create_task(said(upstream)) for _ in range(6)]
        await asyncio.sleep(0.5)
        going.set()
        ends = await asyncio.gather(*calls, return_exceptions=True)
        assert [end for end in ends if end == (200, b"ok")] == [(200, b"ok")] * 2
        assert sum(isinstance(end, ServiceBusy) for end in ends) == 4
        assert await said(upstream) == (200, b"ok")


async def test_a_call_that_is_given_up_leaves_nothing_for_the_next_caller() -> None:
    talker = Talker([OK])

    async def first_slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not talker.heard:
            talker.heard.append(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(0.3)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret")
            writer.close()
        else:
            await talker(reader, writer)

    async with talking(first_slow) as upstream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await said(upstream)
        assert await said(upstream) == (200, b"ok")


def test_a_header_cannot_become_two_and_an_address_must_be_one() -> None:
    connections = Connections("http://[::1]:8080/base/", connect_timeout=1)
    head = connections.head("GET", b"/orders", [(b"accept", b"a")], None)
    assert head == b"GET /base/orders HTTP/1.1\r\nhost: [::1]:8080\r\naccept: a\r\n\r\n"
    for value in (b"a\r\nx: y", b"a\nb", b"a\0"):
        with pytest.raises(ValueError, match="line break"):
            connections.head("GET", b"/", [(b"accept", value)], None)
    with pytest.raises(ValueError, match="no address"):
        Connections("orders:8000", connect_timeout=1)
