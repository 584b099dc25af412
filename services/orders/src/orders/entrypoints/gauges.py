"""Orders that the machines should have moved on, and have not: each state names who owes an answer."""

from chassis import gauge

stuck = gauge(
    "orders_stuck",
    "Orders that have waited a quarter of an hour for another service's answer, counted up to 10,000",
    """
    SELECT state, count(*) AS value FROM (
        SELECT CASE WHEN status = 'cancelling' THEN 'cancelling'
                    WHEN stock = 'none' THEN 'awaiting_hold' ELSE 'awaiting_shipment' END AS state
        FROM progress p
        WHERE (status = 'cancelling' OR (status IN ('confirmed', 'picking', 'packing', 'packed')
                                         AND (stock = 'none' OR (delivery = 'none' AND NOT unroutable))))
          AND (SELECT max(at) FROM story s WHERE s.order_id = p.order_id)
              < CAST(:now AS timestamptz) - interval '15 minutes'
        LIMIT 10000
    ) AS waiting GROUP BY state
    """,
    by="state",
)
"""``awaiting_hold`` waits for inventory, ``cancelling`` and ``awaiting_shipment`` for shipping. An order that no
carrier can take waits for a person and has its own number in shipping."""
