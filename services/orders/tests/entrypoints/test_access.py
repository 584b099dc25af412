"""Who may do what at the desk, also past the gateway."""

from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.connected

COMMANDS = {
    ("POST", "/orders"): "orders:write",
    ("PATCH", "/orders/{id}"): "orders:write",
    ("POST", "/orders/{id}/cancel"): "orders:write",
    ("POST", "/orders/{id}/calls"): "order-status:write",
    ("POST", "/orders/{id}/confirm"): "order-status:write",
    ("POST", "/orders/{id}/hold"): "order-status:write",
    ("POST", "/orders/{id}/release"): "order-status:write",
    ("POST", "/orders/merge"): "duplicates:write",
    ("POST", "/orders/{id}/split"): "duplicates:write",
    ("POST", "/orders/{id}/unmerge"): "duplicates:write",
    ("POST", "/orders/bulk/confirm"): "order-status:write",
    ("POST", "/orders/bulk/hold"): "order-status:write",
    ("POST", "/orders/bulk/release"): "order-status:write",
    ("POST", "/orders/bulk/cancel"): "orders:write",
    ("POST", "/orders/bulk/delete"): "deleted-orders:delete",
    ("POST", "/orders/bulk/restore"): "deleted-orders:write",
    ("POST", "/orders/{id}/delete"): "deleted-orders:delete",
    ("POST", "/orders/{id}/restore"): "deleted-orders:write",
    ("POST", "/orders/bulk/assign"): "orders:delete",
    ("POST", "/orders/{id}/assign"): "orders:delete",
    ("GET", "/orders/call-queue"): "order-status:read",
    ("POST", "/orders/call-queue/next"): "order-status:write",
    ("GET", "/orders"): "orders:read",
    ("GET", "/orders/{id}"): "orders:read",
    ("GET", "/orders/{id}/timeline"): "orders:read",
    ("GET", "/orders/channels"): "orders:read",
    ("GET", "/addresses/provinces"): "orders:read",
    ("GET", "/addresses/districts"): "orders:read",
    ("GET", "/addresses/wards"): "orders:read",
    ("PUT", "/orders/channels/zalo"): "settings:write",
    ("GET", "/orders/channels/zalo/history"): "orders:read",
    ("GET", "/orders/sources"): "orders:read",
    ("PUT", "/orders/sources/shop-a"): "settings:write",
    ("GET", "/orders/sources/shop-a/history"): "orders:read",
    ("POST", "/orders/batch"): "orders:write",
    ("GET", "/orders/enquiry"): "orders:read",
    ("POST", "/orders/imports"): "orders:write",
    ("GET", "/orders/imports"): "orders:read",
    ("GET", "/orders/imports/{id}"): "orders:read",
    ("GET", "/orders/imports/{id}/rows"): "orders:read",
    ("GET", "/orders/imports/{id}/report"): "orders:read",
    ("PUT", "/orders/imports/{id}/parts/2"): "orders:write",
    ("POST", "/orders/imports/{id}/complete"): "orders:write",
    ("POST", "/orders/imports/{id}/start"): "orders:write",
    ("POST", "/orders/imports/{id}/cancel"): "orders:write",
}


@pytest.mark.parametrize(("method", "path"), COMMANDS)
async def test_each_route_needs_its_right(shop: Any, method: str, path: str) -> None:
    right, path = COMMANDS[method, path], path.replace("{id}", str(uuid4()))
    every = set(COMMANDS.values()) | {"orders:delete"}
    without = shop.harness.client(permissions=tuple(every - {right}))
    assert (await without.request(method, path, json={})).status_code == 403
    assert (await shop.harness.stranger().request(method, path, json={})).status_code == 401
    allowed = await shop.harness.client(permissions=(right,)).request(method, path, json={})
    assert allowed.status_code not in (401, 403)


async def test_another_stores_order_cannot_be_touched(shop: Any) -> None:
    order = await shop.places(store_id="CH2")
    client = shop.harness.client(permissions=("orders:write:own", "order-status:write:own"), stores=("CH1",))
    for command, body in (
        ("cancel", {"reason": "other"}),
        ("calls", {}),
        ("hold", {"reason": "other"}),
        ("release", {}),
    ):
        assert (await client.post(f"/orders/{order['id']}/{command}", json=body)).status_code == 404
    assert (await client.patch(f"/orders/{order['id']}", json={"note": "x"})).status_code == 404
