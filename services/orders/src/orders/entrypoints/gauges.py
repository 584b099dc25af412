"""Orders that the machines should have moved on, and have not: each state names who owes an answer."""

from typing import Final

from chassis import gauge

STUCK_AFTER: Final = "15 minutes"
"""So long, in PostgreSQL's words, another service may take to answer; machines take seconds."""

stuck = gauge(
    "orders_stuck",
    "Orders that have waited a quarter of an hour for another service's answer, counted up to 10,000",
    f"""
    SELECT state, count(*) AS value FROM (
        SELECT CASE WHEN status = 'cancelling' THEN 'cancelling'
                    WHEN stock = 'none' THEN 'awaiting_hold' ELSE 'awaiting_shipment' END AS state
        FROM progress p
        WHERE (status = 'cancelling' OR (status IN ('confirmed', 'picking', 'packing', 'packed')
                                         AND (stock = 'none' OR (delivery = 'none' AND NOT unroutable))))
          AND (SELECT max(at) FROM story s WHERE s.order_id = p.order_id)
              < CAST(:now AS timestamptz) - interval '{STUCK_AFTER}'
        LIMIT 10000
    ) AS waiting GROUP BY state
    """,  # noqa: S608 - all ours
    by="state",
)
"""``awaiting_hold`` waits for inventory, ``cancelling`` and ``awaiting_shipment`` for shipping. An order that no
carrier can take waits for a person and has its own number in shipping."""
