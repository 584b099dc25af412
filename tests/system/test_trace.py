"""What is done with an order is one trace, from the gateway to the customer's file and the parcel."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from shop import Shop, Stack, eventually

from devkit.workspace import ROOT

pytestmark = pytest.mark.slow

_EVERYBODY = {"gateway", "orders", "inventory", "shipping", "crm"}


async def test_an_order_as_the_readme_places_it_is_one_trace_over_five_services(shop: Shop, stack: Stack) -> None:
    body = shop.order_body({await shop.product(stock=1): 1})
    asked = json.loads((ROOT / "examples/order.json").read_text()) | {
        name: body[name] for name in ("external_id", "source", "contact", "lines")
    }
    order = await shop.sales.post("/api/orders", asked)
    assert order["status"] == "confirmed"
    await shop.shipment(order)

    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{stack.home.ports.zipkin}") as zipkin:

        async def traces() -> list[list[dict[str, Any]]]:
            query = {"annotationQuery": f"order.code={order['code']}"}
            answer = await zipkin.get("/zipkin/api/v2/traces", params=query)
            return list(answer.json()) if answer.status_code == 200 else []

        def services(trace: list[dict[str, Any]]) -> set[str]:
            return {span["localEndpoint"]["serviceName"] for span in trace}

        await eventually(traces, lambda found: any(services(trace) >= _EVERYBODY for trace in found))


async def test_the_terminal_tells_the_same_story(shop: Shop, stack: Stack) -> None:
    order = await shop.place({await shop.product(stock=1): 1})
    told = await asyncio.to_thread(stack.dev, "trace", order["code"])
    assert order["code"] in told
