"""Money of orders and carriers, from the facts on the topics to the balances."""

from __future__ import annotations

from collections import Counter
from typing import Any

from devkit.truth.evidence import Evidence
from devkit.verdict import Found

_PARCELS = """
    SELECT s.shipment_id::text, s.order_id::text, s.carrier_id, s.road, s.cod, s.cod_corrected, s.owed,
           coalesce((SELECT sum(l.amount) FROM journal_lines l WHERE l.shipment_id = s.shipment_id
                     AND l.account = (SELECT account FROM account_roles WHERE role = 'carrier')), 0)::bigint AS books,
           coalesce((SELECT -sum(l.amount) FROM journal_lines l JOIN journal_entries e ON e.id = l.entry_id
                     WHERE l.shipment_id = s.shipment_id AND e.fact_kind = 'cod-receipt'
                     AND l.account = (SELECT account FROM account_roles WHERE role = 'carrier')), 0)::bigint AS paid,
           coalesce((SELECT -sum(l.amount) FROM journal_lines l JOIN journal_entries e ON e.id = l.entry_id
                     WHERE l.shipment_id = s.shipment_id AND e.fact_kind = 'cod-statement'
                     AND l.account = (SELECT account FROM account_roles WHERE role = 'carrier')), 0)::bigint AS kept
    FROM shipments s
"""
_RECEIPTS = """
    SELECT (SELECT coalesce(sum(amount), 0) FROM cod_receipts)::bigint AS received,
           (SELECT coalesce(-sum(l.amount), 0) FROM journal_lines l JOIN journal_entries e ON e.id = l.entry_id
            WHERE e.fact_kind = 'cod-receipt' AND l.partner LIKE 'carrier:%')::bigint AS booked
"""
_ORDERS = """
    SELECT o.order_id::text, o.code, o.paid, o.refunded, o.refunds_open, o.revenue, o.known, o.cancelled,
           coalesce((SELECT sum(amount) FROM payments p WHERE p.order_id = o.order_id), 0)::bigint
               - coalesce((SELECT sum(l.amount) FROM journal_lines l JOIN journal_entries e ON e.id = l.entry_id
                           WHERE l.order_id = o.order_id AND e.fact_kind = 'transfer'), 0)::bigint AS payments,
           coalesce((SELECT sum(amount) FROM refunds r WHERE r.order_id = o.order_id AND state = 'paid'), 0)::bigint
               AS paid_back,
           coalesce((SELECT sum(amount) FROM refunds r WHERE r.order_id = o.order_id
                     AND state IN ('requested', 'approved')), 0)::bigint AS promised,
           o.revenue - o.credited - o.paid - o.collected + o.refunded AS balance,
           coalesce((SELECT sum(l.amount) FROM journal_lines l WHERE l.order_id = o.order_id
                     AND l.account = (SELECT account FROM account_roles WHERE role = 'customer')), 0)::bigint AS books
    FROM orders o
"""


async def cod_due(found: Evidence) -> Found:
    """Each delivered parcel owes its COD once, less what its carrier paid and what a statement set off (fees,
    accepted differences); the balance, the journal and the bank agree."""
    delivered: Counter[str] = Counter()
    for event in found.topic("shipping.shipment.v1").events("shipment.delivered"):
        delivered[event.body["shipment_id"]] += event.body["cod"]["amount"]
    rows = await found.ask("accounting", _PARCELS)
    wrong: list[str] = []
    for row in rows:
        id = row["shipment_id"]
        due = (row["cod"] if row["cod_corrected"] else delivered[id]) if id in delivered else 0
        expected = due - row["paid"] - row["kept"]
        if not row["owed"] == row["books"] == expected:
            wrong.append(
                f"parcel {id} ({row['carrier_id']}): {row['owed']} is owed, the journal says {row['books']}; "
                f"{due} was due, {row['paid']} paid, {row['kept']} kept"
            )
    known = {row["shipment_id"] for row in rows if row["road"] == "delivered"}
    wrong += [f"parcel {id} was delivered, and the books do not know it" for id in sorted(delivered.keys() - known)]
    [bank] = await found.ask("accounting", _RECEIPTS)
    if bank["received"] != bank["booked"]:
        wrong.append(f"carriers paid {bank['received']}, {bank['booked']} is booked against them")
    return len(rows), wrong


async def money_of_orders(found: Evidence) -> Found:
    """Payments and refunds add up, revenue is earned by what was delivered, and the customer's account says so."""
    revenue: Counter[str] = Counter()
    for event in found.topic("shipping.shipment.v1").events("shipment.delivered"):
        revenue[event.key] += _gross(event.body)
    rows = await found.ask("accounting", _ORDERS)
    wrong: list[str] = []
    for row in rows:
        pairs = {
            "paid": (row["paid"], row["payments"]),
            "refunded": (row["refunded"], row["paid_back"]),
            "to be refunded": (row["refunds_open"], row["promised"]),
            "revenue": (row["revenue"], revenue[row["order_id"]]),
            "account of the customer": (row["books"], row["balance"]),
        }
        wrong += [
            f"{row['code'] or row['order_id']}: {name} is {said}, should be {should}"
            for name, (said, should) in pairs.items()
            if said != should
        ]
        if row["cancelled"] and row["paid"] > row["refunded"] + row["refunds_open"]:
            wrong.append(f"{row['code']} was cancelled, and {row['paid']} that was paid is asked back by nobody")
    return len(rows), wrong


def _gross(body: dict[str, Any]) -> int:
    return sum(int(line["amount"]["amount"]) for line in body["lines"]) + int(body["freight"]["amount"])
