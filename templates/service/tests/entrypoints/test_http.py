"""What the gateway's callers get."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from contracts.specimen.v1 import EntryClosed, EntryOpened
from specimen.main import service

from chassis.testing.harness import Harness

pytestmark = pytest.mark.connected

Make = Callable[..., Awaitable[Harness]]
staff = ("specimen:read", "specimen:write")


async def test_an_opened_entry_is_announced_and_listed(harness_for: Make) -> None:
    harness = await harness_for(service)
    client = harness.client(permissions=staff)

    answer = await client.post("/specimen/entries", json={"title": "Kiểm tra kệ A3"})

    assert answer.status_code == 201, answer.text
    assert [event.title for event in await harness.published(EntryOpened)] == ["Kiểm tra kệ A3"]
    assert [item["id"] for item in (await client.get("/specimen/entries")).json()["items"]] == [answer.json()["id"]]


async def test_closing_twice_is_announced_once(harness_for: Make) -> None:
    harness = await harness_for(service)
    client = harness.client(permissions=staff)
    id = (await client.post("/specimen/entries", json={"title": "Kiểm tra kệ A3"})).json()["id"]

    for _ in range(2):
        assert (await client.post(f"/specimen/entries/{id}/close")).status_code == 200

    assert len(await harness.published(EntryClosed)) == 1


async def test_an_entry_that_is_not_there_is_told_so(harness_for: Make) -> None:
    client = (await harness_for(service)).client(permissions=staff)
    answer = await client.get(f"/specimen/entries/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "entry-not-found")


async def test_who_may_only_read_cannot_write(harness_for: Make) -> None:
    client = (await harness_for(service)).client(permissions=("specimen:read",))
    assert (await client.post("/specimen/entries", json={"title": "x"})).status_code == 403
