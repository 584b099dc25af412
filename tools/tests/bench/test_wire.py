import asyncio
import json

from devkit.bench.wire import closed_loop, request_bytes


async def _server(answers):
    """Answers each request with the next of ``answers`` (the last for ever), in two parts to be put together."""
    left = list(answers)

    async def serve(reader, writer):
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
            await reader.readexactly(length)
            status = left.pop(0) if len(left) > 1 else left[0]
            body = json.dumps({"status": status}).encode()
            writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body[:5])
            await writer.drain()
            writer.write(body[5:])

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def test_answers_are_timed_and_refusals_counted_apart():
    server = await _server([503, 201])
    async with server:
        port = server.sockets[0].getsockname()[1]

        asked = await closed_loop(
            "127.0.0.1", port, lambda n: request_bytes("POST", "/", {}, b"{}"), connections=1, seconds=0.2, keep=True
        )

    assert asked.refused == {503: 1}
    assert len(asked.seconds) == len(asked.bodies) > 0
    assert set(asked.bodies) == {b'{"status": 201}'}
