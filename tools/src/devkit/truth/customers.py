"""Customer care: points and counts, computed anew from the facts on the topics."""

from __future__ import annotations

from collections import Counter, defaultdict

from devkit.truth.evidence import Evidence
from devkit.verdict import Found

_POINTS = """
    SELECT c.id::text, c.points,
           coalesce((SELECT sum(points) FROM points_ledger l WHERE l.customer_id = c.id), 0)::bigint AS ledger
    FROM customers c
"""
_OF_ORDERS = """
    SELECT o.order_id::text, o.points, o.dong_per_point,
           coalesce((SELECT sum(points) FROM points_ledger l WHERE l.order_id = o.order_id), 0)::bigint AS ledger
    FROM customer_orders o
"""


async def points(found: Evidence) -> Found:
    """Balances are the sums of their rows; an order's points follow from what was delivered and not brought back."""
    people = await found.ask("crm", _POINTS)
    wrong = [
        f"customer {row['id']} has {row['points']} points, the ledger says {row['ledger']}"
        for row in people
        if row["points"] != row["ledger"]
    ]
    kept = _kept_value(found)
    for row in await found.ask("crm", _OF_ORDERS):
        worth = max(kept[row["order_id"]], 0) // row["dong_per_point"] if row["dong_per_point"] else 0
        if not row["points"] == row["ledger"] == worth:
            wrong.append(
                f"order {row['order_id']} has {row['points']} points, {row['ledger']} by the ledger, is worth {worth}"
            )
    return len(people), wrong


async def orders(found: Evidence) -> Found:
    """One customer per phone, with as many orders as were placed under it; of those that were split or merged, the
    successors count."""
    wanted: Counter[str] = Counter()
    phone_of: dict[str, str] = {}
    for event in found.topic("orders.order.v1").events("order.placed"):
        wanted[event.body["contact"]["phone"]] += 1
        phone_of[event.key] = event.body["contact"]["phone"]
    for event in found.topic("orders.order.v1").events("order.cancelled"):
        if event.body.get("became", "cancelled") != "cancelled":
            wanted[phone_of[event.key]] -= 1
    rows = await found.ask("crm", "SELECT phone, orders FROM customers WHERE phone IS NOT NULL")
    has = {row["phone"]: row["orders"] for row in rows}
    wrong = [
        f"the customer of {phone} has {has.get(phone, 0)} orders, should be {wanted[phone]}"
        for phone in sorted({*has, *wanted})
        if has.get(phone, 0) != wanted[phone]
    ]
    return len(wanted), wrong


def _kept_value(found: Evidence) -> Counter[str]:
    """Order -> đồng of delivered goods, less the share of the units that came back."""
    bought: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for event in found.topic("shipping.shipment.v1").events("shipment.delivered"):
        for line in event.body["lines"]:
            bought[event.key][line["line_id"]] = (line["quantity"], line["amount"]["amount"])
    back: Counter[tuple[str, str]] = Counter()
    for event in found.topic("inventory.fulfilment.v1").events("return.inspected"):
        for line in event.body["lines"]:
            if line["grade"] != "missing":
                back[event.key, line["line_id"]] += line["quantity"]
    kept: Counter[str] = Counter()
    for order, lines in bought.items():
        for id, (quantity, amount) in lines.items():
            returned = min(back[order, id], quantity)
            kept[order] += amount - (2 * amount * returned + quantity) // (2 * quantity)
    return kept
