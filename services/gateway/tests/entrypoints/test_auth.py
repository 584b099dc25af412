"""Signing in, staying in, leaving; and everything that must not let anybody in."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from joserfc import jwt

from chassis.security import Principal, mint, new_key
from chassis.testing import eventually
from gateway.entrypoints.jobs import forget_sessions, republish_identity

pytestmark = [pytest.mark.connected, pytest.mark.capability("GWC-01")]
PASSWORD = "correct horse battery"


def coded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def test_a_user_signs_in_and_is_told_who_he_is(gateway_for: Any) -> None:
    gateway = await gateway_for()
    tokens = await gateway.sign_in(await gateway.user("SAL", "CS", login="Lan", stores=["CH1"], name="Nguyễn Thị Lan"))
    me = (await gateway.client(tokens["access_token"]).get("/api/me")).json()
    assert (me["login"], me["name"], me["roles"], me["stores"]) == ("Lan", "Nguyễn Thị Lan", ["CS", "SAL"], ["CH1"])
    assert {"orders:write", "cases:delete"} <= set(me["permissions"])
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)


async def test_the_user_may_be_called_username(gateway: Any) -> None:
    body = {"username": await gateway.user("SAL"), "password": PASSWORD}
    assert (await gateway.client().post("/api/auth/token", json=body)).status_code == 200


async def test_a_form_of_oauth_signs_in_and_refreshes(gateway_for: Any) -> None:
    gateway = await gateway_for()
    await gateway.user("SAL", login="lan")
    form = {"grant_type": "password", "username": "LAN", "password": PASSWORD}
    tokens = (await gateway.client().post("/api/auth/token", data=form)).json()
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    renewed = await gateway.client().post("/api/auth/token", data=again)
    assert renewed.status_code == 200
    assert renewed.json()["session"] == tokens["session"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"user": "nobody", "password": PASSWORD}, 401, "wrong-credentials"),
        ({"user": "lan"}, 422, "invalid-request"),
        ({"user": 7, "password": ["x"]}, 422, "invalid-request"),
        ([], 422, "invalid-request"),
        ({"user": "lan\0", "password": PASSWORD}, 422, "invalid-request"),
    ],
)
async def test_what_is_not_right_gets_a_problem(gateway: Any, body: Any, status: int, code: str) -> None:
    answer = await gateway.client().post("/api/auth/token", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_wrong_password_is_told_like_a_wrong_user(gateway: Any) -> None:
    login = await gateway.user("SAL")
    answer = await gateway.client().post("/api/auth/token", json={"user": login, "password": "wrong password"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")


async def test_a_body_that_is_no_json_is_a_400(gateway: Any) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await gateway.client().post("/api/auth/token", content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-body")


async def test_a_problem_is_told_in_the_callers_language(gateway: Any) -> None:
    said = {}
    for language in ("vi", "en", "zh"):
        answer = await gateway.client(language=language).post("/api/auth/token", json={"user": "x", "password": "y"})
        said[language] = answer.json()["detail"]
    assert said["vi"] == "Tên đăng nhập hoặc mật khẩu không đúng."
    assert len(set(said.values())) == 3


async def test_a_refresh_token_holds_once_and_the_old_access_token_goes_on(gateway: Any) -> None:
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    renewed = await gateway.client().post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert renewed.status_code == 200
    assert renewed.json()["refresh_token"] != tokens["refresh_token"]
    for token in (tokens["access_token"], renewed.json()["access_token"]):
        assert (await gateway.client(token).get("/api/me")).status_code == 200


async def test_a_refresh_token_used_twice_ends_the_session(gateway: Any) -> None:
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    once = await gateway.client().post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    twice = await gateway.client().post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert (twice.status_code, twice.json()["code"]) == (401, "refresh-invalid")
    for token in (tokens["access_token"], once.json()["access_token"]):
        answer = await gateway.client(token).get("/api/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "token-revoked")
    third = await gateway.client().post("/api/auth/refresh", json={"refresh_token": once.json()["refresh_token"]})
    assert third.status_code == 401
    said = await gateway.harness.published()
    assert f"session:{tokens['session']}" in {event.key for event in said}


async def test_of_two_refreshes_at_the_same_moment_one_wins(gateway: Any) -> None:
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    body = {"refresh_token": tokens["refresh_token"]}
    client = gateway.client()
    answers = await asyncio.gather(*(client.post("/api/auth/refresh", json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers)[:2] in ([200, 401], [401, 401])


async def test_who_signs_out_is_out_at_once(gateway: Any) -> None:
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    client = gateway.client(tokens["access_token"])
    assert (await client.post("/api/auth/logout")).status_code == 204
    answer = await client.get("/api/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-revoked")
    refreshed = await client.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


async def test_another_gateway_hears_of_it_within_a_moment(gateway_for: Any) -> None:
    here = await gateway_for()
    there = await gateway_for(beside=here)
    tokens = await here.sign_in(await here.user("SAL"))
    over_there = there.client(tokens["access_token"])
    assert (await over_there.get("/api/me")).status_code == 200
    await here.client(tokens["access_token"]).post("/api/auth/logout")

    async def is_out() -> bool:
        return (await over_there.get("/api/me")).status_code == 401

    await eventually(is_out, within=3)


async def test_services_are_told_of_the_end_and_forget_it_later(gateway_for: Any) -> None:
    gateway = await gateway_for()
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    await gateway.client(tokens["access_token"]).post("/api/auth/logout")
    (said,) = [event for event in await gateway.harness.published() if event.key.startswith("session:")]
    assert said.revoked_session == tokens["session"]
    assert 100 < said.until.timestamp() - time.time() < 200
    await gateway.harness.rows("UPDATE sessions SET announced_until = now() - interval '1 hour'")
    await gateway.harness.runs(forget_sessions)
    rows = await gateway.harness.rows("SELECT aggregateid, payload FROM chassis.outbox ORDER BY seq DESC LIMIT 1")
    assert (rows[0]["aggregateid"], rows[0]["payload"]) == (said.key, None)


async def test_the_public_keys_are_said_once_by_whichever_gateway_is_first(gateway_for: Any) -> None:
    here = await gateway_for()
    await gateway_for(beside=here)

    async def said() -> list[Any]:
        return [event for event in await here.harness.published() if event.key == "keys"]

    (event,) = await eventually(said, within=5)
    (key,) = event.key_set["keys"]
    assert (key["kid"], "d" in key) == ("first", False)


async def test_what_the_topic_should_hold_can_be_said_again(gateway_for: Any) -> None:
    gateway = await gateway_for()
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    await gateway.client(tokens["access_token"]).post("/api/auth/logout")

    async def both() -> bool:
        return len(await gateway.harness.published()) == 2

    await eventually(both)
    await gateway.harness.forget_published()
    await gateway.harness.runs(republish_identity)
    assert [event.key for event in await gateway.harness.published()] == ["keys", f"session:{tokens['session']}"]


@pytest.mark.parametrize(
    ("forgery", "code"),
    [
        ("unsigned", "token-invalid"), ("expired", "token-expired"), ("other key", "token-invalid"),
        ("other audience", "token-audience"), ("other issuer", "token-invalid"), ("service token", "token-invalid"),
        ("garbage", "token-invalid"), ("no session", "token-invalid"), ("strange session", "token-revoked"),
    ],
)  # fmt: skip
async def test_a_token_that_is_not_ours_for_us_is_refused(gateway: Any, forgery: str, code: str) -> None:
    tokens = await gateway.sign_in(await gateway.user("ADMIN"))
    key = gateway.edge.keys.current()
    now = int(time.time())
    claims = {"iss": "gateway", "aud": "gateway", "sub": "x", "sid": tokens["session"], "iat": now, "exp": now + 600}
    header = {"alg": "Ed25519", "kid": "first", "typ": "at+jwt"}
    forged = {
        "unsigned": ".".join([coded({"alg": "none", "typ": "at+jwt"}), coded(claims), ""]),
        "expired": jwt.encode(header, claims | {"exp": now - 1}, key, algorithms=["Ed25519"]),
        "other key": jwt.encode(header, claims, new_key("first"), algorithms=["Ed25519"]),
        "other issuer": jwt.encode(header, claims | {"iss": "orders"}, key, algorithms=["Ed25519"]),
        "no session": jwt.encode(header, claims | {"sid": None, "exp": "soon"}, key, algorithms=["Ed25519"]),
        "strange session": jwt.encode(header, claims | {"sid": "not an id"}, key, algorithms=["Ed25519"]),
        "other audience": jwt.encode(header, claims | {"aud": "orders"}, key, algorithms=["Ed25519"]),
        "service token": mint(key, Principal(subject="x", session=tokens["session"]), "gateway"),
        "garbage": "a.b.c",
    }[forgery]
    answer = await gateway.client(forged).get("/api/me")
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_two_credentials_name_nobody(gateway: Any) -> None:
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    client = gateway.client(tokens["access_token"])
    answer = await client.get("/api/me", headers={"X-API-Key": "ganh_whatever"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


async def test_guessing_ends_after_five_tries_even_all_at_once(gateway_for: Any) -> None:
    gateway = await gateway_for()
    login = await gateway.user("SAL")
    client = gateway.client()
    guesses = [client.post("/api/auth/token", json={"user": login, "password": f"guess number {n}"}) for n in range(12)]
    answers = await asyncio.gather(*guesses)
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [401] * 5 + [429] * 7
    late = await client.post("/api/auth/token", json={"user": login, "password": PASSWORD})
    assert (late.status_code, late.json()["code"]) == (429, "too-many-logins")
    assert 0 < int(late.headers["retry-after"]) <= 900


async def test_the_right_password_forgives_the_wrong_ones_before_it(gateway_for: Any) -> None:
    gateway = await gateway_for()
    login = await gateway.user("SAL")
    client = gateway.client()
    for _ in range(3):
        for _ in range(4):
            await client.post("/api/auth/token", json={"user": login, "password": "no such password"})
        await gateway.sign_in(login)


async def test_a_password_hash_made_with_other_costs_is_made_anew(gateway_for: Any) -> None:
    gateway = await gateway_for(argon2_time_cost=2)
    login = await gateway.user("SAL")
    before = await gateway.harness.rows("SELECT password_hash FROM users WHERE login = :login", login=login)
    await gateway.sign_in(login)
    after = await gateway.harness.rows("SELECT password_hash FROM users WHERE login = :login", login=login)
    assert ",t=1," in before[0]["password_hash"]
    assert ",t=2," in after[0]["password_hash"]


async def test_the_first_administrator_comes_from_the_settings_and_only_once(gateway_for: Any, tmp_path: Any) -> None:
    (tmp_path / "password").write_text("a long first password\n")
    here = await gateway_for(admin_password_file=tmp_path / "password", admin_login="boss")

    async def made() -> Any:
        return await here.harness.rows("SELECT login, roles FROM users")

    await eventually(made, within=30)
    await gateway_for(beside=here, admin_password_file=tmp_path / "password", admin_login="second")
    (row,) = await made()
    assert (row["login"], row["roles"]) == ("boss", ["ADMIN"])
    assert (await here.sign_in("boss", "a long first password"))["access_token"]


async def test_a_session_ends_when_nobody_has_used_it_for_its_time(gateway_for: Any) -> None:
    gateway = await gateway_for()
    tokens = await gateway.sign_in(await gateway.user("SAL"))
    await gateway.harness.rows("UPDATE sessions SET expires_at = now() - interval '1 second'")
    assert (await gateway.client(tokens["access_token"]).get("/api/me")).status_code == 401
    refreshed = await gateway.client().post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
