"""What accounting knows one half of: listed, counted and told of after ten minutes."""

from chassis import half

halves = [
    half(
        "orders-without-terms",
        "SELECT order_id::text AS key, first_seen_at AS since, 'orders.order.v1' AS missing "
        "FROM orders WHERE NOT known",
    ),
    half(
        "returns-of-unknown-parcels",
        "SELECT shipment_id::text AS key, noted_at AS since, 'shipping.shipment.v1' AS missing "
        "FROM inspections i JOIN shipments s USING (shipment_id) WHERE NOT i.booked AND s.tracking = ''",
    ),
]
