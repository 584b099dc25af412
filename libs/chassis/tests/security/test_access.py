from datetime import UTC, datetime, timedelta

import pytest

from chassis import news
from chassis.refusals import Unauthenticated
from chassis.security import KeyRing, Principal, TokenVerifier, mint, new_key, public_keys
from chassis.testing import Harness
from contracts.gateway.v1 import IdentityChanged

pytestmark = pytest.mark.connected


@pytest.mark.parametrize(
    ("permissions", "status"),
    [({"things:read"}, 200), ({"things:read:own"}, 200), ({"things:write"}, 403), (set(), 403)],
)
async def test_a_route_lets_in_who_has_its_permission(shelf: Harness, permissions: set[str], status: int):
    answer = await shelf.client(permissions=permissions).get("/things")

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "permission-missing"
        assert answer.json()["params"] == {"permission": "things:read"}


async def test_without_a_token_there_is_one_sentence_and_no_more(shelf: Harness):
    answer = await shelf.stranger().get("/things")

    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("content", [b"{nope", b"[" * 100_000, b'{"name": "\xff"}'])
async def test_the_body_of_who_may_not_call_is_not_read(shelf: Harness, content: bytes):
    sent = {"content": content, "headers": {"content-type": "application/json"}}

    nobody = await shelf.stranger().post("/things", **sent)
    reader = await shelf.client(permissions={"things:read"}).post("/things", **sent)

    assert (nobody.status_code, nobody.json()["code"]) == (401, "token-missing")
    assert (reader.status_code, reader.json()["code"]) == (403, "permission-missing")


async def test_a_forged_token_does_not_reach_the_database(shelf: Harness):
    forged = mint(new_key("test"), Principal(subject="eve", permissions=frozenset({"things:write"})), "shelf")

    answer = await shelf.stranger(forged).post("/things", json={"name": "jar"})

    assert answer.status_code == 401
    assert answer.json()["code"] == "token-invalid"
    assert await shelf.rows("SELECT 1 FROM thing") == []


async def test_who_has_the_right_for_the_own_store_sees_only_that(shelf: Harness):
    maker = shelf.client(permissions={"things:write"})
    for store in ("CH1", "CH2"):
        await maker.post("/things", json={"name": "jar", "store": store})

    own = await shelf.client(permissions={"things:read:own"}, stores={"CH2"}).get("/things")
    none = await shelf.client(permissions={"things:read:own"}).get("/things")

    assert [each["store"] for each in own.json()["items"]] == ["CH2"]
    assert none.json()["items"] == []


async def test_keys_and_ended_sessions_arrive_over_the_topic_and_are_forgotten_with_it(shelf: Harness):
    key, keys = new_key("rotated"), KeyRing()
    an = Principal(subject="an", session="s1")
    token, verifier = mint(key, an, "shelf"), TokenVerifier("shelf", keys)
    await shelf.receives(IdentityChanged(identity="keys", key_set=public_keys([key])))
    await news.refresh(shelf.runtime, keys)
    assert verifier.verify(token) == an

    soon = datetime.now(UTC) + timedelta(minutes=1)
    await shelf.receives(IdentityChanged(identity="session:s1", revoked_session="s1", until=soon))
    await news.refresh(shelf.runtime, keys)

    with pytest.raises(Unauthenticated, match="token-revoked"):
        verifier.verify(token)
    await shelf.rows("UPDATE chassis.identity SET until = now() WHERE revoked_session = 's1'")
    await news.refresh(shelf.runtime, keys)
    assert verifier.verify(token) == an


async def test_an_older_word_of_the_gateway_does_not_win_over_a_newer_one(shelf: Harness):
    old, new = new_key("old"), new_key("new")
    await shelf.receives(IdentityChanged(identity="keys", key_set=public_keys([new])), sequence=2)
    await shelf.receives(IdentityChanged(identity="keys", key_set=public_keys([old])), sequence=1)
    keys = KeyRing()

    await news.refresh(shelf.runtime, keys)

    assert keys.find("new") is not None
    assert keys.find("old") is None
