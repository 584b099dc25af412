"""What is done with an order is one trace, from the gateway to the customer's file and the parcel."""

import asyncio
from typing import Any

import httpx2
import pytest
from shop import Shop, Stack, eventually

pytestmark = pytest.mark.slow

_OF_PLACING = {"gateway", "orders", "crm"}
_OF_CONFIRMING = {"gateway", "orders", "inventory", "shipping"}


async def test_each_command_on_an_order_is_one_trace_over_the_services_it_touches(shop: Shop, stack: Stack) -> None:
    order = await shop.place({await shop.product(stock=1): 1}, channel="marketplace")
    await shop.sales.post(f"/api/orders/{order['id']}/confirm", {})
    await shop.shipment(order)

    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{stack.home.ports.zipkin}") as zipkin:

        async def traces() -> list[list[dict[str, Any]]]:
            found: list[list[dict[str, Any]]] = []
            for name in ("order", "order.code", "code"):
                answer = await zipkin.get(
                    "/zipkin/api/v2/traces", params={"annotationQuery": f"{name}={order['code']}"}
                )
                found += answer.json() if answer.status_code == 200 else []
            return found

        def services(trace: list[dict[str, Any]]) -> set[str]:
            return {span["localEndpoint"]["serviceName"] for span in trace}

        for touched in (_OF_PLACING, _OF_CONFIRMING):
            await eventually(traces, lambda found, touched=touched: any(services(trace) >= touched for trace in found))


async def test_the_terminal_tells_the_same_story(shop: Shop, stack: Stack) -> None:
    order = await shop.place({await shop.product(stock=1): 1})
    told = await asyncio.to_thread(stack.dev, "trace", order["code"])
    assert order["code"] in told
