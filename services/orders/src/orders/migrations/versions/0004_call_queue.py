"""When an order at the desk is due, and whose turn it is to be given one (ORD-04)."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN due_at timestamptz")
    op.execute("""
        UPDATE orders SET due_at = CASE WHEN p.sales = 'on_hold' THEN CAST(orders.hold ->> 'until' AS timestamptz)
                                        ELSE orders.placed_at END
        FROM progress p WHERE p.order_id = orders.id AND p.sales IN ('new', 'confirming', 'on_hold')
    """)
    op.execute("CREATE INDEX orders_due ON orders (due_at, id) WHERE due_at IS NOT NULL")
    op.execute("CREATE TABLE assignment_turns (staff_id text PRIMARY KEY, turn bigint NOT NULL)")
    op.execute("COMMENT ON TABLE assignment_turns IS 'Who was given an order last: the lowest turn is next.'")
