"""Lives of orders in which everybody who touches them dies at every point on the way.

Each step lays its traps, is done as people do it (who repeats a command that was not answered uses its key again), and
goes on when all traps have killed and what the step is for has come about.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from shop import Shop, eventually

from crashes.post import Post
from crashes.traps import Trap, Traps, at
from devkit.demo.door import hand_in
from devkit.stack.partners import Partner

COMMAND = ("key-before-commit", "effects-before-commit", "commit-before-wake")
EVENT = ("effects-before-commit", "commit-before-wake")
SENDING = ("send-before-delete", "ack-before-delete")
TOLD = ("effects-before-offset-commit",)

Order = dict[str, Any]


async def sold(shop: Shop, traps: Traps, post: Post) -> Order:
    """From the desk to the money: placed, held, packed, handed over, delivered, settled."""
    sku = await shop.product("BAN", stock=5)
    async with traps.killing(
        *at("orders", "POST /orders", COMMAND),
        *at("orders", "sends order.placed", SENDING),
        *at("crm", "orders <- order.placed", EVENT),
        *at("gateway", "feed-orders-order <- order.placed", EVENT),
    ):
        order: Order = await shop.place({sku: 1})
    async with traps.killing(
        *at("orders", "POST /orders/{ref}/confirm", COMMAND),
        *at("inventory", "orders <- order.confirmed", EVENT),
        *at("inventory", "sends stock.reserved", SENDING),
        *at("shipping", "warehouse <- stock.reserved", EVENT),
        *at("shipping", "sends shipment.created", SENDING),
    ):
        await shop.confirm(order)
    await shop.shipment(order)
    (parcel,) = (await shop.wave(order))["orders"]
    async with traps.killing(
        *at("inventory", "POST /inventory/parcels/{parcel_id}/pack", COMMAND),
        *at("shipping", "warehouse <- parcel.packed", EVENT),
    ):
        await shop.pack(parcel)
    await shop.reaches(order, "awaiting_handover")
    await eventually(lambda: shop.shipment(order), lambda made: made["status"] == "awaiting_pickup")
    manifest = await shop.manifest(order)
    async with traps.killing(
        *at("shipping", "POST /shipping/manifests/{manifest_id}/sign", COMMAND),
        *at("inventory", "shipments <- shipment.handed_over", EVENT),
        *at("accounting", "stock <- stock.moved", EVENT),
    ):
        await shop.sign(manifest)
    await shop.reaches(order, "handed_over")
    await delivered(shop, traps, post, order)
    await settled(shop, traps, order)
    return order


async def delivered(shop: Shop, traps: Traps, post: Post, order: Order) -> None:
    shipment = await shop.shipment(order)
    scan = {"tracking": shipment["tracking"], "status": "picked_up", "at": datetime.now(UTC).isoformat()}
    async with traps.killing(*at("shipping", "carrier-scans <- carrier.scan", EVENT)):
        door = await post.door(shipment["carrier_id"], "scans")
        await post.hand_in(door, "carrier.scan", key=shipment["tracking"], value=json.dumps(scan))
    await shop.reaches(order, "in_delivery")
    async with traps.killing(
        *at("shipping", "POST /shipping/scans", COMMAND),
        *at("accounting", "shipments <- shipment.delivered", EVENT),
        *at("crm", "shipments <- shipment.delivered", EVENT),
        *at("orders", "road <- shipment.delivered", EVENT),
    ):
        await shop.scan(order, "delivered")
    await shop.reaches(order, "delivered")


async def settled(shop: Shop, traps: Traps, order: Order) -> None:
    shipment = await shop.shipment(order)
    cod = order["total"]["amount"]
    line = {"reference": order["code"], "tracking": shipment["tracking"], "cod": cod, "fee": shipment["fee"]["amount"]}
    body = {"carrier_id": shipment["carrier_id"], "reference": f"BK-{order['code']}", "lines": [line]}
    async with traps.killing(*at("accounting", "POST /accounting/cod-statements", COMMAND)):
        statement = await shop.lead.post("/api/accounting/cod-statements", body)
    path = f"/api/accounting/cod-statements/{statement['id']}"
    async with traps.killing(*at("accounting", "POST /accounting/cod-statements/{id}/approve", COMMAND)):
        await shop.accountant.post(f"{path}/approve", {})
    net = (await shop.accountant.get(path))["net"]
    async with traps.killing(
        *at("accounting", "POST /accounting/cod-statements/{id}/receive", COMMAND),
        *at("accounting", "sends settlement.reconciled", SENDING),
        *at("orders", "books <- settlement.reconciled", EVENT),
    ):
        await shop.accountant.post(f"{path}/receive", {"amount": net, "reference": f"FT-{order['code']}"})
    await shop.reaches(order, "reconciled")


async def cancelled(shop: Shop, traps: Traps, partner: Partner) -> Order:
    """From a partner's door, paid ahead, confirmed, cancelled, and paid back."""
    sku = await shop.product("HUY", stock=5)
    body = shop.order_body({sku: 1})
    mark = body["external_id"]
    asked = {name: body[name] for name in ("external_id", "contact", "lines", "freight")}
    async with traps.killing(
        *at("orders", "intake <- order.intake", EVENT),
        *at("orders", "sends order.intake-result", SENDING),
    ):
        answer = (await hand_in(partner, {mark: asked}))[mark]
    order: Order = await shop.sales.get(f"/api/orders/{answer['order_id']}")
    paid = {"order_id": order["id"], "amount": order["total"]["amount"], "reference": f"FT-{order['code']}"}
    async with traps.killing(*at("accounting", "POST /accounting/payments", COMMAND)):
        await shop.accountant.post("/api/accounting/payments", paid)
    await eventually(lambda: shop.order(order), lambda now: now["paid"] == order["total"])
    await shop.confirm(order)
    await shop.shipment(order)
    async with traps.killing(
        *at("orders", "POST /orders/{ref}/cancel", COMMAND),
        *at("shipping", "orders <- order.cancel_requested", EVENT),
        *at("orders", "road <- shipment.cancelled", EVENT),
        *at("inventory", "orders <- order.cancelled", EVENT),
        *at("accounting", "orders <- order.cancelled", EVENT),
    ):
        await shop.sales.post(f"/api/orders/{order['id']}/cancel", {"reason": "changed_mind"})
    await shop.reaches(order, "cancelled")
    await paid_back(shop, traps, order)
    return order


async def paid_back(shop: Shop, traps: Traps, order: Order) -> None:
    page = await eventually(
        lambda: shop.accountant.get("/api/accounting/refunds", order_id=order["id"]), lambda page: bool(page["items"])
    )
    path = f"/api/accounting/refunds/{page['items'][0]['id']}"
    async with traps.killing(
        *at("accounting", "POST /accounting/refunds/{id}/approve", COMMAND),
        *at("accounting", "POST /accounting/refunds/{id}/pay", COMMAND),
    ):
        await shop.lead.post(f"{path}/approve", {})
        await shop.accountant.post(f"{path}/pay", {"reference": f"HT-{order['code']}"})


async def mended(shop: Shop, traps: Traps, partner: Partner, post: Post) -> Order:
    """What nobody could read at a door lies on the desk, is mended by a person, and becomes an order."""
    sku = await shop.product("SUA", stock=5)
    body = shop.order_body({sku: 1})
    asked = {name: body[name] for name in ("external_id", "contact", "lines", "freight")}

    async def letters() -> Any:
        page = await shop.admin.get("/api/dead-letters", service="orders")
        return [each for each in page["items"] if (each["topic"], each["state"]) == (partner.writes, "failed")]

    async with traps.killing(Trap("orders", "dead-letter-before-commit", "intake <- order.intake")):
        await post.hand_in(partner, "order.intake", key=body["external_id"], value='{"external_id": ')
        (letter,) = await eventually(letters, bool)
    path = f"/api/dead-letters/orders/{letter['id']}"
    await shop.admin.post(f"{path}/edit", {"payload": asked, "reason": "the end of it was missing"})

    async def orders() -> Any:
        page = await shop.sales.get("/api/orders", source=partner.name, limit=200)
        return [each for each in page["items"] if each["external_id"] == body["external_id"]]

    async with traps.killing(Trap("orders", "replay-before-commit", "intake <- order.intake")):
        await shop.admin.post(f"{path}/replay")
    (order,) = await eventually(orders, bool)
    return dict(order)


async def told(shop: Shop, traps: Traps) -> Order:
    """They die between an effect and telling the broker how far they have read; nothing would come again for it."""
    sku = await shop.product("KE", stock=5)
    async with traps.killing(
        *at("crm", "orders <- order.placed", TOLD),
        *at("accounting", "orders <- order.placed", TOLD),
        *at("gateway", "feed-orders-order <- order.placed", TOLD),
    ):
        order: Order = await shop.place({sku: 1})
    async with traps.killing(
        *at("inventory", "orders <- order.confirmed", TOLD),
        *at("shipping", "warehouse <- stock.reserved", TOLD),
        *at("orders", "road <- shipment.created", TOLD),
    ):
        await shop.confirm(order)
    await shop.shipment(order)
    return order


async def hired(shop: Shop, traps: Traps) -> None:
    """The gateway's own commands: a member of staff is written down once."""
    body = {
        "login": f"{shop.tag.lower()}-moi",
        "name": "Người Mới",
        "password": "mật khẩu rất dài 42",
        "roles": ["SAL"],
    }
    async with traps.killing(*at("gateway", "POST /api/users", COMMAND)):
        await shop.admin.post("/api/users", body)
