import pytest

from chassis.testing import Harness

pytestmark = pytest.mark.connected

ALL = {"things:write", "things:read", "audit:read"}


async def test_a_command_leaves_who_what_and_from_where_with_its_effect(shelf: Harness):
    client = shelf.client(permissions=ALL, subject="an", name="An")
    made = await client.post("/things", json={"name": "jar"}, headers={"x-forwarded-for": "203.0.113.9, 10.0.0.1"})

    (row,) = (await client.get(f"/audit?object_type=thing&object_id={made.json()['id']}")).json()["items"]

    assert (row["actor_kind"], row["actor"], row["actor_name"]) == ("user", "an", "An")
    assert (row["origin"], row["action"], row["before"], row["after"]) == ("203.0.113.9", "put", None, {"name": "jar"})


async def test_a_refused_command_leaves_nothing(shelf: Harness):
    client = shelf.client(permissions=ALL)
    for _ in range(4):
        await client.post("/things", json={"name": "jar"})

    assert len((await client.get("/audit")).json()["items"]) == 3


async def test_the_trail_is_paged_from_the_latest_and_filtered_by_who(shelf: Harness):
    for subject in ("an", "binh", "an"):
        await shelf.client(permissions=ALL, subject=subject).post("/things", json={"name": subject})
    reader = shelf.client(permissions=ALL)

    first = (await reader.get("/audit?limit=2")).json()
    rest = (await reader.get(f"/audit?limit=2&cursor={first['next']}")).json()

    assert [each["actor"] for each in first["items"] + rest["items"]] == ["an", "binh", "an"]
    assert rest["next"] is None
    assert len((await reader.get("/audit?actor=binh")).json()["items"]) == 1


async def test_only_those_allowed_read_the_trail(shelf: Harness):
    assert (await shelf.client(permissions={"things:write"}).get("/audit")).status_code == 403
