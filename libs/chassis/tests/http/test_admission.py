"""A process takes on so much at once and refuses the rest at once; who only waits for his caller is not in the way."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chassis.http.admission import IN_WORK, REFUSED, Admission
from chassis.http.sentences import Catalogue
from chassis.testing import eventually

MOST = 2


class Desk:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.begun = 0

    async def slow(self, request: Request) -> PlainTextResponse:
        await request.body()
        self.begun += 1
        await self.let_go.wait()
        return PlainTextResponse("done")

    async def broken(self, request: Request) -> PlainTextResponse:
        raise RuntimeError

    async def busy(self) -> bool:
        return self.begun == MOST


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[httpx2.AsyncClient]:
    routes = [
        Route("/slow", desk.slow, methods=["GET", "POST"]),
        Route("/broken", desk.broken),
        Route("/health/live", desk.slow),
    ]
    app = Starlette(routes=routes)
    app.state.service, app.state.catalogue = "desk", Catalogue(["chassis"])
    app.add_middleware(Admission, most=MOST)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk") as made:
        yield made
    desk.let_go.set()


async def test_what_comes_on_top_is_refused_at_once_and_told_when_to_ask_again(
    client: httpx2.AsyncClient, desk: Desk
) -> None:
    refused_before = REFUSED._value.get()
    working = [asyncio.create_task(client.get("/slow")) for _ in range(MOST)]
    await eventually(desk.busy)

    refused = await asyncio.wait_for(client.get("/slow"), 1)
    desk.let_go.set()

    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert int(refused.headers["retry-after"]) >= 1
    assert REFUSED._value.get() == refused_before + 1
    assert [(await each).status_code for each in working] == [200, 200]
    assert (await client.get("/slow")).status_code == 200
    assert IN_WORK._value.get() == 0


async def test_an_overloaded_process_is_not_taken_for_a_dead_one(client: httpx2.AsyncClient, desk: Desk) -> None:
    working = [asyncio.create_task(client.get("/slow")) for _ in range(MOST)]
    await eventually(desk.busy)
    alive = asyncio.create_task(client.get("/health/live"))
    desk.let_go.set()
    assert (await alive).status_code == 200
    await asyncio.gather(*working)


async def test_a_request_that_fails_gives_its_place_back(client: httpx2.AsyncClient) -> None:
    assert {(await client.get("/broken")).status_code for _ in range(3 * MOST)} == {500}
    assert IN_WORK._value.get() == 0


async def test_streams_without_end_leave_the_places_to_others() -> None:
    """Driven as a server would: the test client hands out a stream only when it has ended."""
    told: list[Any] = []
    ends = asyncio.Event()
    app = Admission(_streaming(ends), most=1)

    async def send(message: Any) -> None:
        told.append(message)

    stream = asyncio.create_task(app(_scope("/endless"), ends.wait, send))

    async def begun() -> bool:
        return bool(told)

    await eventually(begun)
    assert IN_WORK._value.get() == 0
    ends.set()
    await stream
    assert IN_WORK._value.get() == 0


async def test_slow_uploads_leave_the_places_to_others() -> None:
    comes: asyncio.Queue[Any] = asyncio.Queue()
    app = Admission(_reading, most=1)
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message["type"])

    uploading = asyncio.create_task(app(_scope("/upload"), comes.get, send))
    for _ in range(3):
        await comes.put({"type": "http.request", "body": b"a", "more_body": True})

        async def waits() -> bool:
            return comes.empty() and IN_WORK._value.get() == 0

        await eventually(waits)
    assert told == []
    await comes.put({"type": "http.request", "body": b"a", "more_body": False})
    await uploading
    assert told == ["http.response.start", "http.response.body"]
    assert IN_WORK._value.get() == 0


def _scope(path: str) -> dict[str, Any]:
    return {"type": "http", "path": path, "method": "GET", "headers": []}


def _streaming(ends: asyncio.Event) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await ends.wait()
        await send({"type": "http.response.body", "body": b""})

    return app


async def _reading(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
