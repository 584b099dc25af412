"""Dead letters, thresholds, jobs and the trail of all services: what is there is shown, who is not there is named."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from chassis.testing import eventually
from contracts.orders.v1 import OrderReleased

pytestmark = pytest.mark.connected
AWAY = {"accounting": "http://127.0.0.1:9"}


async def a_platform(gateway_for: Any, stand_in: Any) -> tuple[Any, Any, str]:
    """Orders with two letters on its desk, accounting down, and a letter of the gateway's own."""
    orders = await stand_in("orders")
    letters = [
        {"id": f"0199f0c2-0000-7000-8000-00000000000{n}", "arrived_at": f"2025-11-2{n}T00:00:00Z", "state": "failed"}
        for n in (1, 2)
    ]

    async def listed(call: Any) -> tuple[int, Any]:
        second = "cursor=more" in call["query"]
        return 200, {"items": letters[:1] if second else letters[1:], "next": None if second else "more"}

    async def one(call: Any) -> tuple[int, Any]:
        return 202 if call["method"] == "POST" else 200, {"asked": call["path"], "body": call["body"]}

    orders.answers["/dead-letters"] = listed
    for end in ("", "/replay", "/edit", "/discard"):
        orders.answers[f"/dead-letters/{letters[1]['id']}{end}"] = one
    gateway = await gateway_for(orders, away=AWAY)
    bad = OrderReleased(order_id=uuid4(), code="DH1")
    await gateway.harness.receives_bytes(type(bad), b"not json", key=str(bad.order_id).encode())
    return gateway, orders, letters[1]["id"]


async def test_dead_letters_of_all_services_are_on_one_desk(gateway_for: Any, stand_in: Any) -> None:
    gateway, _, _ = await a_platform(gateway_for, stand_in)
    admin = await gateway.as_("ADMIN")
    page = (await admin.get("/api/dead-letters", params={"state": "failed"})).json()
    assert [row["service"] for row in page["items"]] == ["gateway", "orders"]
    assert page["unavailable"] == [{"service": "accounting", "code": "service-away"}]
    following = (await admin.get("/api/dead-letters", params={"cursor": page["next"]})).json()
    assert [(row["service"], row["id"][-1]) for row in following["items"]] == [("orders", "1")]
    assert (following["next"], following["unavailable"]) == (None, [])


async def test_a_letter_is_seen_mended_replayed_and_given_up_where_it_lies(gateway_for: Any, stand_in: Any) -> None:
    gateway, orders, letter = await a_platform(gateway_for, stand_in)
    admin = await gateway.as_("ADMIN")
    seen = await admin.get(f"/api/dead-letters/orders/{letter}")
    assert (seen.status_code, seen.json()["service"]) == (200, "orders")
    for end in ("replay", "edit", "discard"):
        body = {"payload": {"a": 1}, "reason": "đã sửa"}
        headers = {"Idempotency-Key": end}
        done = await admin.post(f"/api/dead-letters/orders/{letter}/{end}", json=body, headers=headers)
        assert (done.status_code, done.json()["asked"]) == (202, f"/dead-letters/{letter}/{end}")
        assert orders.calls[-1]["headers"]["idempotency-key"] == end
        assert orders.calls[-1]["headers"]["content-type"] == "application/json"
        assert orders.calls[-1]["who"]["roles"] == ["ADMIN"]


async def test_the_gateways_own_letters_are_handled_the_same_way(gateway_for: Any, stand_in: Any) -> None:
    gateway, _, _ = await a_platform(gateway_for, stand_in)
    admin = await gateway.as_("ADMIN")
    (mine,) = (await admin.get("/api/dead-letters", params={"service": "gateway"})).json()["items"]
    seen = (await admin.get(f"/api/dead-letters/gateway/{mine['id']}")).json()
    assert seen["payload"] == "not json"
    gone = await admin.post(f"/api/dead-letters/gateway/{mine['id']}/discard", json={"reason": "thử nghiệm"})
    assert (gone.status_code, gone.json()["state"]) == (200, "discarded")
    assert (await admin.get("/api/dead-letters", params={"service": "gateway"})).json()["items"] == []


async def test_a_service_that_is_down_or_unknown_is_told_apart(gateway_for: Any, stand_in: Any) -> None:
    gateway, _, letter = await a_platform(gateway_for, stand_in)
    admin = await gateway.as_("ADMIN")
    down = await admin.get(f"/api/dead-letters/accounting/{letter}")
    assert (down.status_code, down.json()["code"]) == (503, "service-away")
    unknown = await admin.get(f"/api/dead-letters/nowhere/{letter}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "service-unknown")
    assert (await admin.get("/api/dead-letters", params={"cursor": "%%%"})).status_code == 422


async def test_only_those_allowed_see_the_desk(gateway_for: Any, stand_in: Any) -> None:
    gateway, _, letter = await a_platform(gateway_for, stand_in)
    assert (await (await gateway.as_("LEAD")).get("/api/dead-letters")).status_code == 403
    director = await gateway.as_("DIR")
    assert (await director.get("/api/dead-letters")).status_code == 200
    assert (await director.post(f"/api/dead-letters/orders/{letter}/replay")).status_code == 403


async def test_thresholds_of_all_services_are_listed_and_changed_by_their_full_name(
    gateway_for: Any, stand_in: Any
) -> None:
    orders = await stand_in("orders")

    async def listed(_: Any) -> tuple[int, Any]:
        return 200, [{"name": "duplicate_window_hours", "value": 24}]

    async def changed(call: Any) -> tuple[int, Any]:
        return 200, {"name": "duplicate_window_hours", "value": 48, "if_match": call["headers"].get("if-match")}

    orders.answers |= {"/settings": listed, "/settings/duplicate_window_hours": changed}
    gateway = await gateway_for(orders, away=AWAY)
    client = await gateway.as_("DIR")
    page = (await client.get("/api/settings")).json()
    assert {"orders.duplicate_window_hours", "gateway.login_attempts"} <= {row["name"] for row in page["items"]}
    assert page["unavailable"] == [{"service": "accounting", "code": "service-away"}]
    body = {"value": 48, "reason": "trước Tết"}
    answer = await client.patch("/api/settings/orders.duplicate_window_hours", json=body, headers={"If-Match": '"0"'})
    assert answer.json() == {
        "name": "orders.duplicate_window_hours", "value": 48, "if_match": '"0"', "service": "orders",
    }  # fmt: skip
    own = await client.patch("/api/settings/gateway.login_attempts", json={"value": 7, "reason": "thử"})
    assert (own.status_code, own.json()["value"], own.json()["name"]) == (200, 7, "gateway.login_attempts")
    refused = await client.patch("/api/settings/gateway.login_attempts", json={"value": 0, "reason": "thử"})
    assert (refused.status_code, refused.json()["code"]) == (422, "setting-out-of-bounds")
    assert (await client.get("/api/settings/gateway.login_attempts")).json()["history"][0]["reason"] == "thử"
    assert (await client.patch("/api/settings/nowhere.x", json=body)).status_code == 404
    assert (await client.patch("/api/settings/x", json=body)).status_code == 422
    assert (await (await gateway.as_("LEAD")).get("/api/settings")).status_code == 403


async def test_jobs_of_all_services_are_listed_and_started(gateway_for: Any, stand_in: Any) -> None:
    gateway = await gateway_for(away=AWAY)
    admin = await gateway.as_("ADMIN")
    page = (await admin.get("/api/jobs")).json()
    assert {"gateway.forget-feed", "gateway.forget-sessions", "gateway.republish-identity"} <= {
        row["name"] for row in page["items"]
    }
    started = await admin.post("/api/jobs/gateway.forget-feed/run")
    assert (started.status_code, started.json()["state"]) == (202, "requested")
    again = await admin.post("/api/jobs/gateway.forget-feed/run")
    assert (again.status_code, again.json()["code"]) == (409, "job-running")
    assert (await admin.get("/api/jobs/gateway.forget-feed/runs")).json() == []
    assert (await (await gateway.as_("DIR")).post("/api/jobs/gateway.forget-feed/run")).status_code == 403


async def test_what_else_operators_ask_for_is_gathered_too(gateway_for: Any, stand_in: Any) -> None:
    gateway, _, _ = await a_platform(gateway_for, stand_in)
    admin = await gateway.as_("ADMIN")
    groups = (await admin.get("/api/dead-letters/groups", params={"service": "gateway"})).json()
    assert groups["items"][0]["consumer"] == "feed-orders-order"
    readers = (await admin.get("/api/consumers", params={"service": "gateway"})).json()["items"]
    assert "feed-shipping-shipment" in {row["name"] for row in readers}
    assert (await admin.get("/api/halves", params={"service": "gateway"})).json()["items"] == []
    ordered = await admin.post("/api/replays/gateway", json={"consumer": "feed-orders-order", "error_class": "X"})
    assert ordered.status_code == 202
    shown = await admin.get(f"/api/replays/gateway/{ordered.json()['id']}")
    assert shown.json()["consumer"] == "feed-orders-order"


async def test_the_health_of_everything_is_one_look(gateway_for: Any, stand_in: Any) -> None:
    orders = await stand_in("orders", ("GET", "/orders", "orders:read"))
    gateway = await gateway_for(orders, away=AWAY)

    async def seen() -> Any:
        return (await gateway.client().get("/api/health")).json()

    health = await eventually(seen)
    assert health == {
        "status": "degraded",
        "services": {"orders": {"status": "ready"}, "accounting": {"status": "away"}},
    }
