"""One document, and a page that asks nobody else for anything."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chassis.testing import dangling
from chassis.testing.sentences import missing_sentences

pytestmark = pytest.mark.connected


async def test_the_document_has_everything_callers_can_ask(gateway: Any) -> None:
    answer = await gateway.client().get("/api/openapi.json")
    document = answer.json()
    expected = {
        "/api/auth/token": {"post"}, "/api/auth/refresh": {"post"}, "/api/auth/logout": {"post"},
        "/api/me": {"get"}, "/api/users": {"get", "post"}, "/api/users/{user_id}": {"get", "patch"},
        "/api/keys": {"get", "post"}, "/api/keys/{key_id}": {"delete"}, "/api/orders": {"get", "post"},
        "/api/dead-letters": {"get"}, "/api/settings": {"get"}, "/api/settings/{name}": {"get", "patch"},
        "/api/jobs": {"get"}, "/api/jobs/{name}/run": {"post"}, "/api/events": {"get"}, "/api/health": {"get"},
    }  # fmt: skip
    for path, methods in expected.items():
        assert methods <= set(document["paths"][path]), path
    assert all(path.startswith("/api/") for path in document["paths"])
    assert dangling(document) == []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("x-permission"), f"{method} {path}"


async def test_the_document_is_asked_for_cheaply_again(gateway: Any) -> None:
    first = await gateway.client().get("/api/openapi.json")
    again = await gateway.client().get("/api/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_page_brings_all_its_parts_itself(gateway: Any) -> None:
    client = gateway.client()
    page = await client.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"(src|href)=.https?:", page.text)
    parts = re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text)
    assert len(parts) == 4
    for part in parts:
        answer = await client.get(f"/api/{part}")
        assert answer.status_code == 200, part
        assert len(answer.content) > 100
    assert (await client.get("/api/docs/../../etc/passwd")).status_code in (400, 404)
    assert (await client.get("/api/docs/other.js")).status_code == 404


def test_every_refusal_can_be_told_in_all_languages() -> None:
    assert missing_sentences("gateway") == []
