"""What the platform does with input that is wrong, late, twice, or too much: every place named, nothing written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from intruder import Intruder
from shop import Shop, eventually

from devkit.caller import Refused
from devkit.demo.door import hand_in
from devkit.stack.partners import partners

ORDERS = "/api/orders"


async def places(intruder: Intruder, token: str, body: Any, **headers: str) -> Any:
    return await intruder.ask(intruder.gateway, "POST", ORDERS, token=token, body=body, headers=headers)


async def test_a_body_that_cannot_be_read_is_told_so(intruder: Intruder, tokens: Mapping[str, str]) -> None:
    head = f"POST {ORDERS} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {tokens['SAL']}\r\n"
    for kind, raw, status in (
        ("application/json", b"{", 400),
        ("application/json", b"\xff\xfe", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b'{"lines": NaN}', 400),
        ("text/plain", b"{}", 415),
        ("application/x-www-form-urlencoded", b"a=b", 415),
        ("application/json", b"", 422),
        ("application/json", b"[]", 422),
        ("application/json", b"null", 422),
    ):
        request = f"{head}Content-Type: {kind}\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw
        answer = await intruder.raw(request)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode()), f"{raw[:30]!r}: {answer[:300]!r}"
        assert b"application/problem+json" in answer


@pytest.mark.capability("ORD-02")
async def test_every_wrong_field_is_named_and_nothing_is_written(
    intruder: Intruder, tokens: Mapping[str, str], shop: Shop
) -> None:
    good = shop.order_body({"A": 1})
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "a wrong type": ({"contact": {"name": 7}}, "#/contact/name"),
        "an unknown word": ({"payment": "barter"}, "#/payment"),
        "too few": ({"lines": [{"sku": "A", "quantity": -1}]}, "#/lines/0/quantity"),
        "none": ({"lines": [{"sku": "A", "quantity": 0}]}, "#/lines/0/quantity"),
        "absurdly many": ({"lines": [{"sku": "A", "quantity": 10**12}]}, "#/lines/0/quantity"),
        "more than fits": ({"freight": 10**30}, "#/freight"),
        "less than nothing": ({"freight": -1}, "#/freight"),
        "a NUL": ({"note": "a\0b"}, "#/note"),
        "half a character": ({"note": "\ud800"}, "#/note"),
        "a book": ({"note": "x" * 3000}, "#/note"),
        "10,000 lines": ({"lines": [{"sku": "A", "quantity": 1}] * 10_000}, "#/lines"),
        "a field nobody knows": ({"discount_code": "x"}, "#/discount_code"),
    }
    for what, (part, pointer) in wrong.items():
        body = good | part | {"external_id": f"{shop.tag}-{what}"}
        answer = await places(intruder, tokens["SAL"], body)
        assert answer.status_code == 422, f"{what}: {answer.status_code}"
        pointers = [error["pointer"] or "" for error in answer.json()["errors"]]
        assert any(each.startswith(pointer) for each in pointers), f"{what}: {pointers}"
        assert all(error["detail"] for error in answer.json()["errors"])
    found = await shop.sales.get(ORDERS, source=shop.tag)
    assert found["items"] == []


async def test_what_is_missing_is_told_all_at_once(intruder: Intruder, tokens: Mapping[str, str], shop: Shop) -> None:
    body = {"source": shop.tag, "lines": [{"sku": "nobody sells this", "quantity": 1}], "contact": {"name": "Hoa"}}
    problem = (await places(intruder, tokens["SAL"], body)).json()
    pointers = {error["pointer"] for error in problem["errors"]}
    assert {"#/contact/phone", "#/lines/0/sku"} <= pointers
    assert any(str(pointer).startswith("#/contact/address") for pointer in pointers)


async def test_a_key_sent_again_has_one_effect(intruder: Intruder, tokens: Mapping[str, str], shop: Shop) -> None:
    body = shop.order_body({await shop.product(): 1})
    key = {"Idempotency-Key": str(uuid4())}
    at_once = await asyncio.gather(*(places(intruder, tokens["SAL"], body, **key) for _ in range(6)))
    later = await places(intruder, tokens["SAL"], body, **key)
    other = await places(intruder, tokens["SAL"], body | {"note": "another"}, **key)
    assert {answer.status_code for answer in at_once} <= {200, 201, 409}
    ids = {answer.json()["id"] for answer in (*at_once, later) if answer.status_code < 300}
    assert len(ids) == 1
    assert later.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert len((await shop.sales.get(ORDERS, source=shop.tag))["items"]) == 1


@pytest.mark.capability("ORD-01")
async def test_one_order_from_two_doors_is_one_order(shop: Shop) -> None:
    """The partner and the desk hand in the same thing; both are told the same order."""
    name = f"shop-{shop.tag.lower()}"
    shop.stack.dev("partner", "add", name)
    [partner] = [each for each in partners(shop.stack.home) if each.name == name]
    sku = await shop.product()
    external = f"{shop.tag}-both"
    body = shop.order_body({sku: 1}, external_id=external, source=name)
    placed = await shop.sales.post(ORDERS, body)
    handed = {name: value for name, value in body.items() if name not in ("source", "channel")}
    wrong = f"{shop.tag}-wrong"
    bad = {"external_id": wrong, "lines": [{"sku": "none", "quantity": -1}]}
    answers = await hand_in(partner, {external: handed, wrong: bad})
    assert answers[external]["order_id"] == placed["id"]
    assert answers[wrong].get("order_id") is None
    assert answers[wrong]["reasons"]
    assert all(reason["detail"] for reason in answers[wrong]["reasons"])
    assert len((await shop.sales.get(ORDERS, source=name))["items"]) == 1


async def test_a_command_in_the_wrong_state_says_which_and_what_is_possible(shop: Shop) -> None:
    order = await shop.place({await shop.product(): 1})
    await shop.sales.post(f"{ORDERS}/{order['id']}/cancel", {"reason": "price"})
    for command, body in (("confirm", {}), ("hold", {"reason": "customer"}), ("release", {})):
        with pytest.raises(Refused) as refused:
            await shop.sales.post(f"{ORDERS}/{order['id']}/{command}", body)
        assert refused.value.status in (409, 422), command
        if refused.value.status == 409:
            assert "cancelled" in json.dumps(refused.value.problem)


@pytest.mark.capability("SHP-08")
async def test_a_scan_of_nothing_we_know_is_kept_and_shown(shop: Shop) -> None:
    tracking = f"KHONG-{shop.tag}"
    scan = {"tracking": tracking, "status": "delivered", "at": "2026-01-01T08:00:00+07:00"}
    answered = await shop.shipping.post("/api/shipping/scans", {"scans": [scan]})
    assert answered["results"][0]["outcome"] != "applied"
    page = await eventually(
        lambda: shop.shipping.get("/api/shipping/scans", tracking=tracking), lambda page: bool(page["items"])
    )
    assert len(page["items"]) == 1
