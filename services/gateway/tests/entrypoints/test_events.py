"""Live updates: what changed, for those who may know, none missing and none twice, whatever gateway is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from contracts import Money
from contracts.crm.v1 import CustomerChanged
from contracts.inventory.v1 import ProductChanged, StockChanged, StockLevel
from contracts.orders.v1 import CancelReason, OrderCancelled, OrderReleased
from contracts.shipping.v1 import ShipmentUnroutable
from gateway.entrypoints import events as stream_module
from gateway.entrypoints.jobs import forget_feed

pytestmark = pytest.mark.connected


class Stream:
    """What one listener has heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.last = ""
        self.changed = asyncio.Event()
        self.over = False
        self.response: Any = None

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [event["data"] for event in self.heard if event["event"] == "change"]

    async def read(self, response: Any) -> None:
        block: dict[str, Any] = {}
        async for line in response.aiter_lines():
            if line == "":
                if "id" in block:
                    self.last = block["id"]
                if "data" in block:
                    self.heard.append({**block, "data": json.loads(block["data"])})
                block = {}
                self.changed.set()
                self.changed.clear()
                continue
            name, _, value = line.partition(":")
            if name:
                block[name] = value.strip()
        self.over = True
        self.changed.set()

    async def until(self, enough: Any, within: float = 30) -> None:
        async with asyncio.timeout(within):
            while not enough(self):
                try:
                    await asyncio.wait_for(self.changed.wait(), 0.2)
                except TimeoutError:
                    continue


@asynccontextmanager
async def listening(client: Any, last: str | None = None) -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last} if last is not None else {}
    stream = Stream()
    async with client.stream("GET", "/api/events", headers=headers, timeout=None) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        stream.response = response
        task = asyncio.create_task(stream.read(response))
        try:
            if last is None:
                await stream.until(lambda s: s.heard)
            yield stream
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def released() -> OrderReleased:
    return OrderReleased(order_id=uuid4(), code="DH2511220042")


async def test_a_change_is_told_without_anything_personal(gateway_for: Any) -> None:
    gateway = await gateway_for()
    async with listening(await gateway.as_("CS")) as stream:
        assert stream.heard[0]["event"] == "ready"
        customer = CustomerChanged(customer_id=uuid4(), phone="+84901234567", name="Nguyễn Thị Lan", store_id="CH1")
        await gateway.harness.receives(customer)
        await stream.until(lambda s: s.changes)
        (change,) = stream.changes
        expected = {"type": "customer.changed", "object": "customer", "id": str(customer.customer_id), "version": 1}
        assert {**expected, "stores": ["CH1"]} == {name: value for name, value in change.items() if name != "seq"}
        assert stream.heard[-1]["id"] == str(change["seq"])


async def test_nobody_hears_of_what_he_may_not_see(gateway_for: Any) -> None:
    gateway = await gateway_for()
    async with listening(await gateway.as_("HR")) as clerk, listening(await gateway.as_("SAL")) as seller:
        await gateway.harness.receives(released(), ShipmentUnroutable(order_id=uuid4(), code="x", reason="y"))
        await gateway.harness.receives(CustomerChanged(customer_id=uuid4()))
        await seller.until(lambda s: len(s.changes) == 3)
        assert clerk.changes == []


async def test_who_may_see_only_his_own_store_hears_only_of_it(gateway_for: Any) -> None:
    gateway = await gateway_for()
    client = await gateway.as_("SM", stores=["CH1"])
    async with listening(client) as stream:
        for location in ("CH1", "CH2", "KHO"):
            level = StockLevel(location_id=location, on_hand=1, reserved=0, available=1)
            await gateway.harness.receives(StockChanged(sku=f"AO-{location}", levels=(level,), available=1))
        await gateway.harness.receives(CustomerChanged(customer_id=uuid4(), store_id=None))
        await gateway.harness.receives(ProductChanged(sku="AO-L", name="Áo", price=Money(amount=1)))
        await stream.until(lambda s: len(s.changes) >= 2)
        assert [change["id"] for change in stream.changes] == ["AO-CH1", "AO-L"]


async def test_a_listener_comes_back_to_another_gateway_and_misses_nothing(gateway_for: Any) -> None:
    here = await gateway_for()
    there = await gateway_for(beside=here)
    client = await here.as_("SAL")
    token = client.headers["authorization"].removeprefix("Bearer ")
    orders = [released() for _ in range(300)]
    heard: list[str] = []
    async with listening(client) as first:
        said = asyncio.create_task(_say(here, orders))
        await first.until(lambda s: len(s.changes) >= 50)
    heard += [change["id"] for change in first.changes]
    async with listening(there.client(token), last=first.last) as second:
        await said
        await second.until(lambda s: len(heard) + len(s.changes) >= 300)
        heard += [change["id"] for change in second.changes]
    assert heard == [str(order.order_id) for order in orders]


async def _say(gateway: Any, orders: list[OrderReleased]) -> None:
    for start in range(0, len(orders), 20):
        await gateway.harness.receives(*orders[start : start + 20])
        await asyncio.sleep(0)


async def test_gateways_that_write_at_the_same_time_leave_no_gap_for_a_reader(gateway_for: Any) -> None:
    here = await gateway_for()
    there = await gateway_for(beside=here)
    mine, theirs = [released() for _ in range(200)], [released() for _ in range(200)]
    async with listening(await here.as_("SAL")) as stream:
        await asyncio.gather(_say(here, mine), _many(there, theirs))
        await stream.until(lambda s: len(s.changes) >= 400, within=30)
        places = [change["seq"] for change in stream.changes]
    assert places == sorted(set(places))
    assert {change["id"] for change in stream.changes} == {str(order.order_id) for order in [*mine, *theirs]}


async def _many(gateway: Any, orders: list[OrderReleased]) -> None:
    """As another process would: its own place in the log, so nothing is taken for a repeat."""
    gateway.harness._offsets["orders.order.v1"] += 100_000
    await _say(gateway, orders)


async def test_the_same_event_again_is_told_once(gateway_for: Any) -> None:
    gateway = await gateway_for()
    async with listening(await gateway.as_("SAL")) as stream:
        order = released()
        for _ in range(3):
            await gateway.harness.receives(order, id="the same")
        await gateway.harness.receives(released())
        await stream.until(lambda s: len(s.changes) >= 2)
        assert [change["id"] for change in stream.changes].count(str(order.order_id)) == 1


@pytest.mark.parametrize("last", ["-1", "abc", "999999999", "99999999999999999999999", ""])
async def test_a_place_nobody_knows_is_told_to_reset(gateway: Any, last: str) -> None:
    client = await gateway.as_("SAL")
    async with listening(client, last=last or "x") as stream:
        await stream.until(lambda s: s.heard)
        assert stream.heard[0]["event"] == "reset"


async def test_who_was_away_for_more_than_a_day_is_told_to_reset(gateway_for: Any) -> None:
    gateway = await gateway_for()
    client = await gateway.as_("SAL")
    await gateway.harness.receives(released(), released(), released())
    slot = (await gateway.harness.rows("SELECT slot FROM feed LIMIT 1"))[0]["slot"]
    await gateway.harness.rows("UPDATE feed SET at = at - interval '25 hours' WHERE seq <= 2")
    await gateway.harness.runs(forget_feed)
    left = await gateway.harness.rows("SELECT seq, slot FROM feed")
    assert [(row["seq"], row["slot"]) for row in left] == [(3, slot)]
    async with listening(client, last="1") as late:
        await late.until(lambda s: s.heard)
        assert late.heard[0]["event"] == "reset"
    async with listening(client, last="2") as just_in_time:
        await just_in_time.until(lambda s: s.changes)
        assert [change["seq"] for change in just_in_time.changes] == [3]
    await gateway.harness.rows("UPDATE feed SET at = at - interval '25 hours'")
    await gateway.harness.runs(forget_feed)
    assert (await gateway.harness.rows("SELECT seq FROM feed_floor"))[0]["seq"] == 3


async def test_a_stream_follows_the_rights_of_its_listener(gateway_for: Any) -> None:
    gateway = await gateway_for()
    login = await gateway.user("SAL")
    client = gateway.client((await gateway.sign_in(login))["access_token"])
    admin = await gateway.as_("ADMIN")
    user = (await client.get("/api/me")).json()["id"]
    async with listening(client) as stream:
        await gateway.harness.receives(released())
        await stream.until(lambda s: len(s.changes) == 1)
        await admin.patch(f"/api/users/{user}", json={"roles": ["HR"]})
        await gateway.harness.receives(released())
        await admin.patch(f"/api/users/{user}", json={"roles": ["SAL"]})
        known = len(stream.changes)
        while len(stream.changes) == known:  # news stays hidden until the gateway has heard of the right
            await gateway.harness.receives(released())
            await asyncio.sleep(0.2)
        await admin.patch(f"/api/users/{user}", json={"active": False})
        await stream.until(lambda s: s.over)


async def test_an_integration_listens_with_its_key_until_that_is_revoked(gateway_for: Any) -> None:
    gateway = await gateway_for()
    admin = await gateway.as_("ADMIN")
    key = (await admin.post("/api/keys", json={"name": "shop", "permissions": ["orders:read"]})).json()
    async with listening(gateway.client(key["key"])) as stream:
        await gateway.harness.receives(released())
        await stream.until(lambda s: len(s.changes) == 1)
        await admin.put("/api/roles/OTHER", json={"permissions": []})
        await gateway.harness.receives(released())
        await stream.until(lambda s: len(s.changes) == 2)
        await admin.delete(f"/api/keys/{key['id']}")
        await stream.until(lambda s: s.over)


async def test_a_silent_stream_shows_that_it_lives_and_how_far_it_is(gateway_for: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(stream_module, "KEEP_ALIVE", 0.3)
    gateway = await gateway_for()
    client = await gateway.as_("HR")
    async with listening(client) as stream:
        before = stream.last
        await gateway.harness.receives(released())
        await stream.until(lambda s: s.last != before)
        assert stream.changes == []


async def test_streams_end_when_the_process_is_asked_to_stop(gateway_for: Any) -> None:
    gateway = await gateway_for()
    async with listening(await gateway.as_("SAL")) as stream:
        for stop in gateway.harness.runtime.stopping:
            stop()
        await stream.until(lambda s: s.over)


async def test_a_stream_needs_somebody(gateway: Any) -> None:
    assert (await gateway.client().get("/api/events")).status_code == 401


async def test_a_cancelled_order_is_told_with_its_order(gateway_for: Any) -> None:
    gateway = await gateway_for()
    async with listening(await gateway.as_("SAL")) as stream:
        order = OrderCancelled(
            order_id=uuid4(), code="DH1", reason=CancelReason.OTHER, note="khách đổi ý", was_confirmed=True
        )
        await gateway.harness.receives(order, sequence=7)
        await stream.until(lambda s: s.changes)
        (change,) = stream.changes
        assert (change["order_id"], change["version"]) == (str(order.order_id), 7)
        assert "khách" not in str(change)
