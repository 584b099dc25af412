"""Independent callers: each sends when it is his time, whether or not others have been answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    """Since the call was due, not since it could be sent."""


@dataclass
class Replies:
    """What callers were told. ``broken`` counts those whose connection ended without an answer."""

    all: list[Reply] = field(default_factory=list)
    broken: int = 0

    @property
    def statuses(self) -> dict[int, int]:
        return dict(Counter(each.status for each in self.all))

    @property
    def taken(self) -> list[Reply]:
        return [each for each in self.all if each.status < 300]

    @property
    def refused(self) -> list[Reply]:
        return [each for each in self.all if each.status >= 400]


def quantile(replies: list[Reply], share: float) -> float:
    """Seconds within which this share of them came."""
    ordered = sorted(each.seconds for each in replies)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Callers:
    """All with one login. Connections are kept and used again; where all are busy another is opened."""

    def __init__(self, port: int, path: str, token: str, body: Body) -> None:
        self._port, self._path, self._token, self._body = port, path, token, body
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def without_pause(self, seconds: float, callers: int) -> Replies:
        """So many callers, each asking again as soon as it is answered."""
        replies, end = Replies(), time.monotonic() + seconds

        async def one() -> None:
            while (now := time.monotonic()) < end:
                await self._call(now, replies)

        await asyncio.gather(*(one() for _ in range(callers)))
        return replies

    async def at_rate(self, rate: float, seconds: float) -> Replies:
        replies, began = Replies(), time.monotonic()
        async with asyncio.TaskGroup() as calls:
            for number in range(int(rate * seconds)):
                due = began + number / rate
                if (early := due - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                calls.create_task(self._call(due, replies))
        return replies

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()

    async def _call(self, due: float, replies: Replies) -> None:
        body = json.dumps(self._body()).encode()
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            if self._free:
                reader, writer = self._free.pop()
            else:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(head.encode() + body)
            status, headers, told = await self._answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            replies.broken += 1
            return
        self._free.append((reader, writer))
        replies.all.append(Reply(status, headers, told, time.monotonic() - due))

    @staticmethod
    async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        return int(first.split()[1]), headers, await reader.readexactly(int(headers.get("content-length", 0)))
