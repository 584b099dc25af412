"""What is secret is written nowhere that somebody reads: not in logs, traces, answers, nor what `./dev status` says."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest
from intruder import Intruder
from paper import SERVICES, STAFF
from shop import Shop, Stack

from devkit.caller import Caller

SHORTEST = 12
"""Characters below which a text could stand somewhere by chance."""


def secrets_of(stack: Stack) -> dict[str, str]:
    """Every password and private key of the stack, by what it is for."""
    home = stack.home
    found: dict[str, str] = json.loads((home.folder / "secrets.json").read_text())
    for key in json.loads((home.keys / "signing.json").read_text())["keys"]:
        found[f"signing key {key['kid']}"] = key["d"]
    assert found
    assert all(len(secret) >= SHORTEST for secret in found.values())
    return found


def written(stack: Stack) -> Iterator[tuple[str, str]]:
    """Everything that processes have written for people to read."""
    for file in stack.home.run.rglob("*.log"):
        yield file.name, file.read_text(errors="replace")


async def traced(stack: Stack) -> str:
    """All spans that Zipkin has of the run."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{stack.home.ports.zipkin}", timeout=60) as client:
        names = (await client.get("/api/v2/services")).json()
        assert set(SERVICES) <= set(names)
        return "".join(
            [
                (await client.get("/api/v2/traces", params={"serviceName": name, "limit": 3000})).text
                for name in sorted(names)
            ]
        )


def places(name: str, text: str, secrets: Mapping[str, str]) -> list[str]:
    """Which secrets stand in a text, in any of the forms in which they travel."""
    found = []
    for what, secret in secrets.items():
        forms = {secret, base64.b64encode(secret.encode()).decode().rstrip("="), secret.replace("-", "%2D")}
        found += [f"{what} in {name}" for form in forms if form in text]
    return found


@pytest.fixture
async def used(stack: Stack, shop: Shop, intruder: Intruder, people: dict[str, Caller]) -> dict[str, str]:
    """Everything secret that was used in every way there is, wrongly too: what somebody might write down."""
    used = secrets_of(stack)
    granted = await intruder.session("sales")
    used |= {"access token": granted["access_token"], "refresh token": granted["refresh_token"]}
    for login in list(STAFF.values())[:3]:
        password = used[f"user {login}"]
        wrong = [
            {"user": login, "pass": password},
            {"user": password, "password": ["x"]},
            {"user": {}, "password": password},
        ]
        for body in wrong:
            answer = await intruder.ask(intruder.gateway, "POST", "/api/auth/token", body=body)
            assert answer.status_code in (422, 429)
            assert places("a refusal", answer.text, used) == []
    made = await people["admin"].call("POST", "/api/keys", json={"name": "secret", "permissions": ["tracking:write"]})
    used["api key"] = made["key"]
    service_token = intruder.token_for("orders", ["orders:read"])
    used["token for a service"] = service_token
    asked = [
        (intruder.gateway, "GET", "/api/orders", granted["access_token"]),
        (intruder.gateway, "GET", "/api/users", granted["access_token"]),
        (intruder.gateway, "GET", "/api/me", made["key"]),
        (intruder.gateway, "GET", "/api/orders", made["key"] + "x"),
        (intruder.service("orders"), "GET", "/orders", service_token),
        (intruder.service("crm"), "GET", "/crm/customers", service_token),
        (intruder.service("orders"), "GET", "/orders", granted["access_token"]),
        (intruder.gateway, "GET", f"/api/orders?q={made['key']}", granted["access_token"]),
        (intruder.gateway, "GET", f"/api/orders?access_token={granted['access_token']}", None),
        (intruder.gateway, "GET", "/api/health", None),
        (intruder.gateway, "GET", "/metrics", None),
        (intruder.gateway, "GET", "/api/openapi.json", None),
    ]  # fmt: skip
    for base, method, path, token in asked:
        answer = await intruder.ask(base, method, path, token=token)
        assert places(path, answer.text, used) == []
    refreshed = await intruder.ask(
        intruder.gateway, "POST", "/api/auth/refresh", body={"refresh_token": granted["refresh_token"]}
    )
    assert refreshed.status_code == 200
    await shop.place({await shop.product(): 1})
    return used


async def test_no_secret_is_written_anywhere(stack: Stack, used: Mapping[str, str]) -> None:
    texts = dict(written(stack))
    assert {f"{name}.log" for name in (*SERVICES, "gateway")} <= texts.keys()
    texts["the traces"] = await traced(stack)
    assert len(texts["the traces"]) > 10_000
    texts["./dev status"] = stack.dev("status") + stack.dev("status", "--json")
    for service in (*SERVICES, "gateway"):
        for port in (stack.home.ports.api(service), stack.home.ports.consume(service), stack.home.ports.relay(service)):
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                for path in ("/health/ready", "/metrics"):
                    texts[f"{service} {port}{path}"] = (await client.get(path)).text
    assert [place for name, text in texts.items() for place in places(name, text, used)] == []


def test_no_secret_is_readable_for_others_on_the_machine(stack: Stack) -> None:
    home = stack.home
    assert home.folder.stat().st_mode & 0o077 == 0
    files = [home.folder / "secrets.json", home.keys / "signing.json", *home.env.glob("*.env"), *home.keys.iterdir()]
    loose = [str(file.name) for file in files if file.stat().st_mode & 0o077]
    trusted = {"trusted.json"}  # public keys
    assert set(loose) <= trusted


def test_no_secret_stands_on_a_command_line(stack: Stack) -> None:
    """Every account on the machine may read those."""
    lines = ""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines += process.read_bytes().replace(b"\0", b" ").decode(errors="replace") + "\n"
        except OSError:
            continue  # ended meanwhile
    assert "orders all" in lines
    assert places("command lines", lines, secrets_of(stack)) == []


async def test_what_is_kept_of_secrets_cannot_be_used(stack: Stack, used: Mapping[str, str]) -> None:
    """Whoever reads the gateway's database gets nobody's password, key or token."""
    import asyncpg

    connection = await asyncpg.connect(stack.database_url("gateway"))
    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        kept = ""
        for table in tables:
            rows = await connection.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table['name']} t")
            kept += "\n".join(str(row["row"]) for row in rows)
    finally:
        await connection.close()
    assert "argon2id" in kept
    assert places("the gateway's database", kept, used) == []
