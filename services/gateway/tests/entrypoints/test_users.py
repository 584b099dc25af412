"""Users, roles and keys: what administrators do, and that it holds at once."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing import eventually

pytestmark = [pytest.mark.connected, pytest.mark.capability("GWC-01")]
PASSWORD = "correct horse battery"


def a_user(**changes: Any) -> dict[str, Any]:
    usual = {"login": f"u{uuid4().hex[:12]}", "name": "Trần Văn Bình", "password": PASSWORD, "roles": ["WH"]}
    return usual | changes


async def made(admin: Any, **changes: Any) -> dict[str, Any]:
    answer = await admin.post("/api/users", json=a_user(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_new_user_can_sign_in_at_once(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin, roles=["WH", "SHP"], stores=["CH2", "CH1"])
    assert (user["roles"], user["stores"], user["active"], user["version"]) == (["SHP", "WH"], ["CH1", "CH2"], True, 1)
    assert "password" not in user
    assert (await gateway.sign_in(user["login"]))["access_token"]


async def test_the_same_command_twice_makes_one_user_and_keeps_no_password(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    body, key = a_user(), {"Idempotency-Key": uuid4().hex}
    first = await admin.post("/api/users", json=body, headers=key)
    again = await admin.post("/api/users", json=body, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = await admin.post("/api/users", json=body | {"password": "another password"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_login_is_one_persons_whatever_its_case(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin)
    answer = await admin.post("/api/users", json=a_user(login=user["login"].upper()))
    assert (answer.status_code, answer.json()["code"]) == (409, "login-taken")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": ["BOSS"]}, "unknown-roles"),
        ({"password": "short"}, "invalid-request"),
        ({"login": "a b"}, "invalid-request"),
        ({"login": "correct-horse", "password": "Correct-Horse"}, "password-too-weak"),
        ({"name": ""}, "invalid-request"),
    ],
)
async def test_a_user_that_cannot_be_is_refused(gateway: Any, changes: Any, code: str) -> None:
    answer = await (await gateway.as_("ADMIN")).post("/api/users", json=a_user(**changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_an_administrator_administers(gateway: Any) -> None:
    for role in ("LEAD", "HR", "DIR"):
        assert (await (await gateway.as_(role)).post("/api/users", json=a_user())).status_code == 403
    assert (await (await gateway.as_("DIR")).get("/api/users")).status_code == 200
    assert (await (await gateway.as_("LEAD")).get("/api/users")).status_code == 403


async def test_users_are_listed_page_by_page_and_found_by_name(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    mark = uuid4().hex[:8]
    logins = [(await made(admin, login=f"{mark}-{n}", name=f"Người {mark}"))["login"] for n in range(5)]
    seen, asked = [], {"q": mark, "limit": "2"}
    while True:
        page = (await admin.get("/api/users", params=asked)).json()
        seen += [user["login"] for user in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert seen == logins


async def test_a_role_taken_away_is_gone_at_the_next_call(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin, roles=["SAL"])
    client = gateway.client((await gateway.sign_in(user["login"]))["access_token"])
    assert (await client.get("/api/orders")).status_code == 200
    await admin.patch(f"/api/users/{user['id']}", json={"roles": ["HR"]})
    assert (await client.get("/api/orders")).status_code == 403
    assert (await client.get("/api/me")).json()["roles"] == ["HR"]


async def test_who_is_shut_out_is_out_at_once_and_cannot_come_back(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin)
    tokens = await gateway.sign_in(user["login"])
    client = gateway.client(tokens["access_token"])
    await admin.patch(f"/api/users/{user['id']}", json={"active": False})
    assert (await client.get("/api/me")).status_code == 401
    again = await gateway.client().post("/api/auth/token", json={"user": user["login"], "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (401, "wrong-credentials")
    refreshed = await gateway.client().post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


async def test_an_edit_of_something_stale_is_refused(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin)
    first = await admin.patch(f"/api/users/{user['id']}", json={"name": "A"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    late = await admin.patch(f"/api/users/{user['id']}", json={"name": "B"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")


async def test_somebody_must_be_left_who_administers(gateway_for: Any) -> None:
    gateway = await gateway_for()
    await gateway.user("ADMIN", login="one")
    await gateway.user("ADMIN", login="two")
    one = gateway.client((await gateway.sign_in("one"))["access_token"])
    users = {user["login"]: user["id"] for user in (await one.get("/api/users")).json()["items"]}
    both = [one.patch(f"/api/users/{users[login]}", json={"roles": ["SAL"]}) for login in ("one", "two")]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*both))
    assert codes in ([200, 409], [200, 401], [200, 403])
    left = await gateway.harness.rows("SELECT 1 FROM users WHERE active AND 'ADMIN' = ANY(roles)")
    assert len(left) == 1


async def test_everybody_chooses_his_own_password(gateway: Any) -> None:
    login = await gateway.user("SAL")
    client = gateway.client((await gateway.sign_in(login))["access_token"])
    wrong = await client.post("/api/me/password", json={"current": "not this one", "new": "a much newer one"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "current-password-wrong")
    right = await client.post("/api/me/password", json={"current": PASSWORD, "new": "a much newer one"})
    assert right.status_code == 204
    assert (await client.get("/api/me")).status_code == 401
    assert (await gateway.sign_in(login, "a much newer one"))["access_token"]


async def test_an_administrator_can_sign_somebody_out_everywhere(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin)
    clients = [gateway.client((await gateway.sign_in(user["login"]))["access_token"]) for _ in range(2)]
    assert (await admin.post(f"/api/users/{user['id']}/sign-out")).json() == {"sessions": 2}
    assert [(await client.get("/api/me")).status_code for client in clients] == [401, 401]


@pytest.mark.capability("GWC-02")
async def test_commands_leave_a_trail_without_secrets(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    user = await made(admin)
    spoofed = {"X-Forwarded-For": "6.6.6.6"}
    await admin.patch(f"/api/users/{user['id']}", json={"password": "a whole new password"}, headers=spoofed)
    asked = {"service": "gateway", "object_id": user["id"]}
    trail = (await admin.get("/api/audit", params=asked)).json()["items"]
    assert [entry["action"] for entry in trail] == ["user.change", "user.create"]
    assert trail[0]["after"]["password"] == "changed"
    assert (trail[0]["origin"], trail[0]["actor_kind"]) == ("127.0.0.1", "user")
    assert "argon2" not in str(trail)


async def test_an_edited_role_holds_at_the_next_call_and_can_be_put_back(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"), ("GET", "/orders/x", "orders:peek"))
    gateway = await gateway_for(orders)
    admin, hr = await gateway.as_("ADMIN"), await gateway.as_("HR")
    assert (await hr.get("/api/orders")).status_code == 403
    built_in = {role["name"]: role for role in (await admin.get("/api/roles")).json()}["HR"]
    assert (built_in["built_in"], built_in["edited"]) == (True, False)
    wanted = [*built_in["permissions"], "orders:read", "orders:peek"]
    edited = (await admin.put("/api/roles/HR", json={"permissions": wanted})).json()
    assert (sorted(wanted), edited["edited"], edited["version"]) == (edited["permissions"], True, 1)
    assert [(await hr.get(path)).status_code for path in ("/api/orders", "/api/orders/x")] == [200, 200]
    assert (await admin.delete("/api/roles/HR")).status_code == 204
    assert (await hr.get("/api/orders")).status_code == 403
    again = await admin.delete("/api/roles/HR")
    assert (again.status_code, again.json()["code"]) == (409, "role-built-in")


async def test_a_role_of_the_shops_own(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    body = {"title": "Trực đêm", "permissions": ["orders:read", "stock:read:own"]}
    assert (await admin.put("/api/roles/NIGHT", json=body)).status_code == 200
    night = await gateway.as_("NIGHT")
    assert (await night.get("/api/orders")).status_code == 200
    held = await admin.delete("/api/roles/NIGHT")
    assert (held.status_code, held.json()["code"], held.json()["params"]["users"]) == (409, "role-in-use", 1)
    assert (await admin.delete("/api/roles/NOBODY")).status_code == 404
    wrong = await admin.put("/api/roles/NIGHT", json={"permissions": ["orders:read", "rockets:launch", "x"]})
    assert (wrong.status_code, wrong.json()["params"]["unknown"]) == (422, ["rockets:launch", "x"])


async def test_a_key_is_shown_once_and_does_only_what_it_is_for(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    body = {"name": "ghn", "permissions": ["orders:read"], "stores": ["CH1"]}
    key = (await admin.post("/api/keys", json=body, headers={"Idempotency-Key": "k"})).json()
    for headers in ({"X-API-Key": key["key"]}, {"Authorization": f"Bearer {key['key']}"}):
        call = (await gateway.client().get("/api/orders", headers=headers)).json()
        assert call["who"] == {
            "subject": key["id"], "name": "ghn", "session": key["id"], "kind": "key", "roles": [],
            "permissions": ["orders:read"], "stores": ["CH1"],
        }  # fmt: skip
        assert "x-api-key" not in call["headers"]
    assert (await gateway.client().post("/api/orders", headers={"X-API-Key": key["key"]})).status_code == 403
    await admin.post("/api/keys", json=body | {"name": "later"})
    first = (await admin.get("/api/keys", params={"limit": 1})).json()
    assert [each["name"] for each in first["items"]] == ["later"]
    listed = (await admin.get("/api/keys", params={"cursor": first["next"]})).json()["items"]
    assert (listed[0]["name"], "key" in listed[0], key["key"].startswith(listed[0]["hint"])) == ("ghn", False, True)
    stored = await gateway.harness.rows("SELECT * FROM api_keys")
    remembered = await gateway.harness.rows("SELECT convert_from(body, 'UTF8') AS body FROM chassis.idempotency")
    assert key["key"] not in str([dict(row) for row in [*stored, *remembered]])


async def test_a_revoked_key_is_refused_at_once_and_services_are_told(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    key = (await admin.post("/api/keys", json={"name": "x", "permissions": ["orders:read"]})).json()
    client = gateway.client()
    client.headers["X-API-Key"] = key["key"]
    assert (await client.get("/api/orders")).status_code == 200
    assert (await admin.delete(f"/api/keys/{key['id']}")).status_code == 204
    answer = await client.get("/api/orders")
    assert (answer.status_code, answer.json()["code"]) == (401, "key-invalid")
    assert (await admin.delete(f"/api/keys/{key['id']}")).status_code == 404
    assert f"session:{key['id']}" in {event.key for event in await gateway.harness.published()}


async def test_another_gateway_refuses_it_within_a_moment(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    here = await gateway_for(orders)
    there = await gateway_for(orders, beside=here)
    admin = await here.as_("ADMIN")
    key = (await admin.post("/api/keys", json={"name": "x", "permissions": ["orders:read"]})).json()
    client = there.client(key["key"])
    assert (await client.get("/api/orders")).status_code == 200
    await admin.delete(f"/api/keys/{key['id']}")

    async def is_refused() -> bool:
        return (await client.get("/api/orders")).status_code == 401

    await eventually(is_refused, within=3)


async def test_a_key_may_have_a_rate_of_its_own_and_an_end(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    body = {"name": "slow", "permissions": ["orders:read"], "calls_per_second": 0.5}
    client = gateway.client((await admin.post("/api/keys", json=body)).json()["key"])
    codes = [(await client.get("/api/orders")).status_code for _ in range(8)]
    assert (codes[0], codes[-1]) == (200, 429)
    past = body | {"expires_at": "2020-01-01T00:00:00Z", "calls_per_second": None}
    over = gateway.client((await admin.post("/api/keys", json=past)).json()["key"])
    assert (await over.get("/api/orders")).status_code == 401


async def test_nobody_hands_on_more_of_the_platform_than_he_has(gateway: Any) -> None:
    admin = await gateway.as_("ADMIN")
    await admin.put("/api/roles/KEYMAKER", json={"permissions": ["keys:write", "orders:read"]})
    maker = await gateway.as_("KEYMAKER")
    fine = await maker.post("/api/keys", json={"name": "x", "permissions": ["tracking:write"]})
    assert fine.status_code == 201
    greedy = await maker.post("/api/keys", json={"name": "x", "permissions": ["users:write"]})
    assert (greedy.status_code, greedy.json()["code"]) == (403, "not-yours")
    unknown = await maker.post("/api/keys", json={"name": "x", "permissions": ["rockets:launch"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-permissions")
