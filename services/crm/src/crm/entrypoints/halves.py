"""What customer care knows one half of: listed, counted and told of after ten minutes."""

from chassis import half

halves = [
    half(
        "orders-without-customer",
        "SELECT order_id::text AS key, first_seen_at AS since, 'orders.order.v1' AS missing "
        "FROM customer_orders WHERE customer_id IS NULL",
    ),
]
