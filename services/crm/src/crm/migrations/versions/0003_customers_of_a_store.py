"""Who buys in a store: its staff see everybody with an order in it, wherever else he buys."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX customer_orders_in_store ON customer_orders (store_id, customer_id) WHERE store_id IS NOT NULL"
    )
