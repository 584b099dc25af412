"""Every order, seen from all services at once."""

from __future__ import annotations

from typing import Any

from devkit.truth.evidence import Evidence
from devkit.truth.standing import Standing, disagreements, waits_for
from devkit.verdict import Found

_QUERIES = {
    "orders": """
        SELECT order_id::text AS id, sales, stock, delivery, inspection, money, held_back, released, unroutable, paid
        FROM progress
    """,
    "inventory": """
        SELECT o.order_id::text AS id, o.confirmed_at IS NOT NULL AS confirmed_there,
               o.cancelled_at IS NOT NULL AS cancelled_there, h.state AS hold,
               coalesce(h.state = 'held' AND NOT h.picked AND (h.waiting_since IS NULL OR h.released), false) AS free,
               (SELECT p.state FROM parcels p WHERE p.order_id = o.order_id
                AND p.state IN ('picking', 'packing', 'packed')) AS parcel,
               EXISTS (SELECT FROM parcels p WHERE p.order_id = o.order_id AND p.state = 'issued') AS issued,
               EXISTS (SELECT FROM returns r WHERE r.order_id = o.order_id AND r.state = 'to_inspect') AS to_inspect
        FROM orders o LEFT JOIN holds h USING (order_id)
    """,
    "shipping": """
        SELECT c.order_id::text AS id, s.status AS shipment, coalesce(s.obstacle, c.obstacle) AS obstacle,
               c.called_off_at IS NOT NULL AS called_off
        FROM consignments c LEFT JOIN shipments s ON s.id = c.shipment_id
    """,
    "accounting": """
        SELECT o.order_id::text AS id, o.reconciled_at IS NOT NULL AS settled, o.paid AS came_in,
               o.refunded + o.refunds_open AS asked_back
        FROM orders o
    """,
}
_HALVES = {
    "orders": "SELECT order_id::text AS id FROM progress WHERE code IS NULL",
    "inventory": "SELECT order_id::text AS id FROM orders WHERE confirmed_at IS NULL AND cancelled_at IS NULL",
    "shipping": "SELECT order_id::text AS id FROM consignments WHERE terms IS NULL AND called_off_at IS NULL",
    "accounting": "SELECT order_id::text AS id FROM orders WHERE NOT known",
    "crm": "SELECT order_id::text AS id FROM customer_orders WHERE customer_id IS NULL",
}


async def facets_agree(found: Evidence) -> Found:
    """What orders says of stock, delivery and money is what their owners say."""
    orders = await _standings(found)
    return len(orders), [
        f"{order.id}: {what}" for order in orders for what in disagreements(order) if order.sales is not None
    ]


async def none_stuck(found: Evidence) -> Found:
    """Somebody moves each order next, or it is over; and no service knows only half of one."""
    orders = await _standings(found)
    wrong = [f"{_told(order)}: nothing will move it" for order in orders if waits_for(order) is None]
    for service, query in _HALVES.items():
        wrong += [f"{row['id']}: {service} knows only half of it" for row in await found.ask(service, query)]
    return len(orders), wrong


async def _standings(found: Evidence) -> list[Standing]:
    known: dict[str, dict[str, Any]] = {}
    for service, query in _QUERIES.items():
        for row in await found.ask(service, query):
            known.setdefault(row["id"], {}).update(row)
    return [Standing(**fields) for fields in known.values()]


def _told(order: Standing) -> str:
    """The order with everything that is not as it is by default."""
    plain = Standing(id=order.id)
    said = {name: getattr(order, name) for name in Standing.__slots__ if getattr(order, name) != getattr(plain, name)}
    return f"{order.id} ({', '.join(f'{name} {value}' for name, value in said.items())})"
