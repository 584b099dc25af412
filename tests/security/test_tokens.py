"""Tokens that are not what they claim: at the gateway, and straight at each service."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from intruder import Intruder
from joserfc import jwt
from joserfc.jwk import OctKey
from paper import SERVICES
from shop import Shop, eventually

from chassis.security import new_key, public_keys
from devkit.caller import Caller

ASKED = {
    "orders": ("/orders", "orders:read"),
    "inventory": ("/inventory/stock", "stock:read"),
    "shipping": ("/shipping/shipments", "tracking:read"),
    "accounting": ("/accounting/journal", "vouchers:read"),
    "crm": ("/crm/customers", "customers:read"),
}
"""A route of each service, and what it asks for."""


def segment(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, whoever signed it."""
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(each + "===")) for each in (header, claims))  # type: ignore[return-value]


def unsigned(token: str, alg: str) -> str:
    header, claims = opened(token)
    return f"{segment(header | {'alg': alg})}.{segment(claims)}."


def signed_by_somebody(token: str) -> str:
    """With the name of the right key, and another key."""
    header, claims = opened(token)
    return jwt.encode(header, claims, new_key(header["kid"]), algorithms=["Ed25519"])


def signed_with_what_is_public(token: str, key: bytes) -> str:
    """The published key taken for a shared secret."""
    header, claims = opened(token)
    return jwt.encode(header | {"alg": "HS256"}, claims, OctKey.import_key(key), algorithms=["HS256"])


def with_more_rights(token: str) -> str:
    header, claims, signature = token.split(".")
    raised = opened(token)[1] | {"permissions": ["users:write"], "roles": ["ADMIN"]}
    assert claims != segment(raised)
    return f"{header}.{segment(raised)}.{signature}"


def forgeries(intruder: Intruder, service: str, right: str) -> dict[str, str]:
    """By what is wrong with it."""
    good = intruder.token_for(service, [right])
    other = next(name for name in SERVICES if name != service)
    key = intruder.signing_key()
    header, claims = opened(good)
    published = json.dumps(public_keys([key])["keys"][0]).encode()

    def resigned(**changed: Any) -> str:
        return jwt.encode(header, claims | changed, key, algorithms=["Ed25519"])

    return {
        "for another service": intruder.token_for(other, [right]),
        "for all services": resigned(aud=[service, other]),
        "expired": intruder.token_for(service, [right], now=time.time() - 120),
        "of tomorrow": intruder.token_for(service, [right], now=time.time() + 3600),
        "for too long": resigned(exp=claims["iat"] + 3600),
        "of another issuer": resigned(iss="https://elsewhere.example"),
        "of nobody": resigned(sub=None),
        "unsigned": unsigned(good, "none"),
        "unsigned in disguise": unsigned(good, "nOnE"),
        "with its signature cut off": good.rpartition(".")[0] + ".",
        "forged": signed_by_somebody(good),
        "signed with what is public": signed_with_what_is_public(good, published),
        "raised": with_more_rights(good),
        "of an unknown key": jwt.encode(header | {"kid": "../../etc/passwd"}, claims, key, algorithms=["Ed25519"]),
        "of a key it brings along": jwt.encode(
            header | {"jwk": public_keys([new_key("mine")])["keys"][0]}, claims, new_key("mine"), algorithms=["Ed25519"]
        ),
        "no token at all": "x" * 20_000,
    }


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_believes_only_the_gateway_and_only_for_itself(intruder: Intruder, service: str) -> None:
    path, right = ASKED[service]
    base = intruder.service(service)
    assert (await intruder.ask(base, "GET", path, token=intruder.token_for(service, [right]))).status_code == 200
    for wrong, token in forgeries(intruder, service, right).items():
        if wrong == "of nobody":  # who has no name may still not be somebody
            continue
        answer = await intruder.ask(base, "GET", path, token=token)
        assert answer.status_code in (401, 431), f"{wrong}: {answer.status_code} {answer.text}"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_knows_no_users_and_no_keys(
    intruder: Intruder, people: dict[str, Caller], service: str
) -> None:
    """Sessions and keys end at the gateway; past it they open nothing."""
    path, right = ASKED[service]
    made = await people["admin"].call(
        "POST", "/api/keys", json={"name": "past the gateway", "permissions": ["tracking:write"]}
    )
    session = await intruder.sign_in("admin")
    for headers in (
        {"Authorization": f"Bearer {session}"},
        {"Authorization": f"Bearer {made['key']}"},
        {"X-API-Key": made["key"]},
        {"X-User": "admin", "X-Roles": "ADMIN", "X-Permissions": right, "X-Forwarded-User": "admin"},
        {"Cookie": f"token={intruder.token_for(service, [right])}"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
    ):
        answer = await intruder.ask(intruder.service(service), "GET", path, headers=headers)
        assert answer.status_code == 401, headers
    in_query = f"{path}?access_token={intruder.token_for(service, [right])}"
    assert (await intruder.ask(intruder.service(service), "GET", in_query)).status_code == 401


async def test_the_gateway_believes_only_its_own_sessions(intruder: Intruder) -> None:
    good = await intruder.sign_in("sales")
    key = intruder.signing_key()
    header, claims = opened(good)
    past = claims | {"iat": claims["iat"] - 7200, "exp": claims["exp"] - 7200}
    wrong: dict[str, Callable[[], str]] = {
        "a token for a service": lambda: intruder.token_for("orders", ["orders:read"]),
        "expired": lambda: jwt.encode(header, past, key, algorithms=["Ed25519"]),
        "another's session": lambda: jwt.encode(header, claims | {"sid": claims["sub"]}, key, algorithms=["Ed25519"]),
        "unsigned": lambda: unsigned(good, "none"),
        "forged": lambda: signed_by_somebody(good),
        "raised": lambda: with_more_rights(good),
        "with what is public": lambda: signed_with_what_is_public(
            good, json.dumps(public_keys([key])["keys"][0]).encode()
        ),
    }
    assert (await intruder.ask(intruder.gateway, "GET", "/api/me", token=good)).status_code == 200
    for what, make in wrong.items():
        answer = await intruder.ask(intruder.gateway, "GET", "/api/me", token=make())
        assert answer.status_code == 401, f"{what}: {answer.text}"


@pytest.mark.capability("GWC-01")
async def test_who_signs_out_is_out_here_at_once_and_at_the_services_soon(intruder: Intruder) -> None:
    granted = await intruder.session("lead")
    token, session = granted["access_token"], granted["session"]
    inside = intruder.token_for("orders", ["orders:read"], session=session)
    orders = intruder.service("orders")
    assert (await intruder.ask(intruder.gateway, "GET", "/api/orders", token=token)).status_code == 200
    assert (await intruder.ask(orders, "GET", "/orders", token=inside)).status_code == 200

    signed_out = await intruder.ask(intruder.gateway, "POST", "/api/auth/logout", token=token)

    assert signed_out.status_code == 204
    assert (await intruder.ask(intruder.gateway, "GET", "/api/orders", token=token)).status_code == 401

    async def past_the_gateway() -> str:
        answer = await intruder.ask(orders, "GET", "/orders", token=inside)
        return str(answer.json().get("code", answer.status_code))

    began = time.monotonic()
    assert await eventually(past_the_gateway, lambda code: code != "200") in ("token-revoked", "token-expired")
    assert time.monotonic() - began < 60


async def test_a_refresh_token_that_comes_twice_ends_the_session_for_both(intruder: Intruder) -> None:
    first = await intruder.session("care")
    body = {"refresh_token": first["refresh_token"]}
    second = await intruder.ask(intruder.gateway, "POST", "/api/auth/refresh", body=body)
    assert second.status_code == 200

    stolen = await intruder.ask(intruder.gateway, "POST", "/api/auth/refresh", body=body)

    assert stolen.status_code == 401
    for token in (first["access_token"], second.json()["access_token"]):
        assert (await intruder.ask(intruder.gateway, "GET", "/api/me", token=token)).status_code == 401
    again = {"refresh_token": second.json()["refresh_token"]}
    assert (await intruder.ask(intruder.gateway, "POST", "/api/auth/refresh", body=again)).status_code == 401


async def test_guessing_a_password_is_slowed_down_and_told_when_to_come_back(
    intruder: Intruder, people: dict[str, Caller]
) -> None:
    login = f"guessed-{time.monotonic_ns()}"
    right = "the right horse battery"
    await people["admin"].post("/api/users", {"login": login, "name": "X", "password": right, "roles": ["HR"]})
    guesses = [{"user": login, "password": f"wrong {number}"} for number in range(12)]
    answers = await asyncio.gather(
        *(intruder.ask(intruder.gateway, "POST", "/api/auth/token", body=guess) for guess in guesses)
    )
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) <= 5
    assert set(statuses) <= {401, 429}
    late = await intruder.ask(intruder.gateway, "POST", "/api/auth/token", body={"user": login, "password": right})
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) >= 1


async def test_strangers_may_call_only_so_often(intruder: Intruder) -> None:
    answers = await asyncio.gather(*(intruder.ask(intruder.gateway, "GET", "/api/orders") for _ in range(500)))
    told = [answer for answer in answers if answer.status_code == 429]
    assert told
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in told)
    assert {answer.status_code for answer in answers} == {401, 429}


async def test_a_key_reaches_what_it_was_made_for_until_it_is_revoked(
    intruder: Intruder, people: dict[str, Caller], shop: Shop
) -> None:
    body = {"name": "narrow", "permissions": ["tracking:write"]}
    made = await people["admin"].call("POST", "/api/keys", json=body)
    key = {"X-API-Key": made["key"]}
    assert (await intruder.ask(intruder.gateway, "GET", "/api/me", headers=key)).json()["permissions"] == [
        "tracking:write"
    ]
    assert (await intruder.ask(intruder.gateway, "GET", "/api/orders", headers=key)).status_code == 403
    listed = await people["admin"].get("/api/keys")
    assert made["key"] not in json.dumps(listed)
    await people["admin"].delete(f"/api/keys/{made['id']}")
    assert (await intruder.ask(intruder.gateway, "GET", "/api/me", headers=key)).status_code == 401
