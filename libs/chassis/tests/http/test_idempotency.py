import asyncio

import pytest

from chassis.testing import Harness

pytestmark = pytest.mark.connected

WRITE = {"things:write", "things:read"}
KEY = {"idempotency-key": "order-1"}


async def things(shelf: Harness) -> int:
    return len(await shelf.rows("SELECT 1 FROM thing"))


async def test_the_same_request_again_gets_the_first_answer_and_has_one_effect(shelf: Harness):
    client = shelf.client(permissions=WRITE)

    first = await client.post("/things", json={"name": "jar", "store": "CH1"}, headers=KEY)
    again = await client.post(
        "/things", content=b'{"store":"CH1",  "name":"jar"}', headers=KEY | {"content-type": "application/json"}
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == '"1"'
    assert await things(shelf) == 1
    assert len(await shelf.rows("SELECT 1 FROM chassis.audit")) == 1


async def test_the_same_key_at_the_same_moment_has_one_effect_and_one_answer(shelf: Harness):
    client = shelf.client(permissions=WRITE)

    answers = await asyncio.gather(*(client.post("/things", json={"name": "jar"}, headers=KEY) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await things(shelf) == 1


async def test_a_key_used_for_another_body_is_refused(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    await client.post("/things", json={"name": "jar"}, headers=KEY)

    answer = await client.post("/things", json={"name": "cup"}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert await things(shelf) == 1


async def test_a_key_used_for_another_body_at_the_same_moment_has_one_effect(shelf: Harness):
    client = shelf.client(permissions=WRITE)

    answers = await asyncio.gather(
        *(client.post("/things", json={"name": name}, headers=KEY) for name in ("a", "b", "c"))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert await things(shelf) == 1


async def test_a_repeat_that_would_be_refused_by_now_still_gets_the_first_answer(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    first = await client.post("/things", json={"name": "jar"}, headers=KEY)
    for name in ("b", "c"):
        await client.post("/things", json={"name": name})
    assert (await client.post("/things", json={"name": "d"})).status_code == 409

    again = await client.post("/things", json={"name": "jar"}, headers=KEY)

    assert again.content == first.content


async def test_an_edit_sent_twice_is_not_stale_the_second_time(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    id = (await client.post("/things", json={"name": "jar"})).json()["id"]
    edit = {"headers": KEY | {"if-match": '"1"'}, "json": {"name": "cup"}}

    first, again = await client.patch(f"/things/{id}", **edit), await client.patch(f"/things/{id}", **edit)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert (await client.get(f"/things/{id}")).json()["version"] == 2


async def test_a_refusal_is_not_stored_and_judged_again(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    for name in ("a", "b", "c"):
        await client.post("/things", json={"name": name})
    refused = await client.post("/things", json={"name": "jar"}, headers=KEY)
    await shelf.rows("DELETE FROM thing WHERE name = 'a'")

    answer = await client.post("/things", json={"name": "jar"}, headers=KEY)

    assert (refused.status_code, answer.status_code) == (409, 201)


async def test_an_effect_that_is_rolled_back_stores_no_key(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    await shelf.rows("ALTER TABLE chassis.audit ADD CONSTRAINT no_more CHECK (action <> 'put')")
    failed = await client.post("/things", json={"name": "jar"}, headers=KEY)
    assert failed.status_code == 500
    assert await shelf.rows("SELECT 1 FROM chassis.idempotency") == []
    assert await things(shelf) == 0
    await shelf.rows("ALTER TABLE chassis.audit DROP CONSTRAINT no_more")

    assert (await client.post("/things", json={"name": "jar"}, headers=KEY)).status_code == 201


async def test_a_key_belongs_to_its_sender_and_its_route(shelf: Harness):
    one, other = (shelf.client(permissions=WRITE, subject=subject) for subject in ("an", "binh"))

    answers = [
        await one.post("/things", json={"name": "jar"}, headers=KEY),
        await other.post("/things", json={"name": "jar"}, headers=KEY),
        await one.post("/things/loose", headers=KEY),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert await things(shelf) == 2


async def test_one_key_for_two_objects_of_a_route_is_refused(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    ids = [(await client.post("/things", json={"name": name})).json()["id"] for name in ("a", "b")]
    edit = {"headers": KEY | {"if-match": '"1"'}, "json": {"name": "cup"}}

    answers = [await client.patch(f"/things/{id}", **edit) for id in ids]

    assert [answer.status_code for answer in answers] == [200, 422]


async def test_a_key_is_free_again_after_72_hours(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    await client.post("/things", json={"name": "jar"}, headers=KEY)
    await shelf.rows("UPDATE chassis.idempotency SET created_at = now() - interval '72 hours' + interval '1 minute'")
    kept = await client.post("/things", json={"name": "cup"}, headers=KEY)
    await shelf.rows("UPDATE chassis.idempotency SET created_at = now() - interval '72 hours 1 second'")

    free = await client.post("/things", json={"name": "cup"}, headers=KEY)

    assert (kept.status_code, free.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["", "x" * 256, "ă"])
async def test_a_key_that_is_none_is_refused(shelf: Harness, key: str):
    answer = await shelf.client(permissions=WRITE).post(
        "/things", json={"name": "jar"}, headers=[(b"idempotency-key", key.encode())]
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "header:idempotency-key"
    assert await things(shelf) == 0
