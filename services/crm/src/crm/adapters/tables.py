"""The tables of this service's own database."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("phone", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("address", JSONB(none_as_null=True)),
    sa.Column("store_id", sa.Text),
    sa.Column("orders", sa.Integer, nullable=False),
    sa.Column("cancelled", sa.Integer, nullable=False),
    sa.Column("delivered", sa.Integer, nullable=False),
    sa.Column("refusals", sa.Integer, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("blacklisted", sa.Boolean, nullable=False),
    sa.Column("blacklist_reason", sa.Text),
    sa.Column("erased", sa.Boolean, nullable=False),
    sa.Column("first_order_at", _moment),
    sa.Column("last_order_at", _moment),
    sa.Column("version", sa.BigInteger, nullable=False),
)

customer_orders = sa.Table(
    "customer_orders",
    metadata,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("store_id", sa.Text),
    sa.Column("total", sa.BigInteger),
    sa.Column("currency", sa.Text),
    sa.Column("placed_at", _moment),
    sa.Column("cancelled_at", _moment),
    sa.Column("cancel_reason", sa.Text),
    sa.Column("delivered_at", _moment),
    sa.Column("bought", JSONB, nullable=False),
    sa.Column("inspected", JSONB, nullable=False),
    sa.Column("refused_at", _moment),
    sa.Column("dong_per_point", sa.BigInteger),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("first_seen_at", _moment, nullable=False),
)

points_ledger = sa.Table(
    "points_ledger",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("at", _moment, nullable=False),
)

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("customer_id", sa.Uuid, primary_key=True),
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("address", JSONB, nullable=False),
    sa.Column("first_used_at", _moment, nullable=False),
    sa.Column("last_used_at", _moment, nullable=False),
)

blacklist_history = sa.Table(
    "blacklist_history",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", _moment, nullable=False),
)


def buys_in(stores: frozenset[str]) -> sa.ColumnElement[bool]:
    """Whose customers these are: everybody with an order in one of the stores, wherever else he buys."""
    columns = customer_orders.c
    return sa.exists().where(columns.customer_id == customers.c.id, columns.store_id.in_(stores))
