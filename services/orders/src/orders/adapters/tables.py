"""The tables of the order desk's own database."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = sa.MetaData()

moment = sa.TIMESTAMP(timezone=True)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("store_id", sa.Text),
    sa.Column("owner_id", sa.Text),
    sa.Column("device", sa.Text),
    sa.Column("call_required", sa.Boolean, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("contact", JSONB, nullable=False),
    sa.Column("lines", JSONB, nullable=False),
    sa.Column("skus", ARRAY(sa.Text), nullable=False),
    sa.Column("freight", sa.BigInteger, nullable=False),
    sa.Column("discount", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("payment", sa.Text, nullable=False),
    sa.Column("carrier_choice", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("placed_at", moment, nullable=False),
    sa.Column("confirmed_at", moment),
    sa.Column("calls", JSONB, nullable=False),
    sa.Column("due_at", moment),
    sa.Column("hold", JSONB),
    sa.Column("duplicate_of", ARRAY(sa.Text), nullable=False),
    sa.Column("replaces", ARRAY(sa.Text), nullable=False),
    sa.Column("replaced_by", ARRAY(sa.Text), nullable=False),
    sa.Column("words", ARRAY(sa.Text), nullable=False),
    comment="What the desk and the customer agreed on. Its own half of an order; the moving half is in progress.",
)

progress = sa.Table(
    "progress",
    metadata,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text),
    sa.Column("placed_at", moment),
    sa.Column("heard_at", moment),
    sa.Column("status", sa.Text),
    sa.Column("flags", ARRAY(sa.Text), nullable=False),
    sa.Column("sales", sa.Text),
    sa.Column("sales_before", sa.Text),
    sa.Column("cancel_reason", sa.Text),
    sa.Column("cancel_note", sa.Text),
    sa.Column("replacement", sa.Uuid),
    sa.Column("duplicate", sa.Boolean, nullable=False),
    sa.Column("blacklisted", sa.Boolean, nullable=False),
    sa.Column("stock", sa.Text, nullable=False),
    sa.Column("inspection", sa.Text, nullable=False),
    sa.Column("location_id", sa.Text),
    sa.Column("waiting_since", moment),
    sa.Column("reserved_at", moment),
    sa.Column("missing", JSONB, nullable=False),
    sa.Column("released", sa.Boolean, nullable=False),
    sa.Column("held_back", sa.Boolean, nullable=False),
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("shipment", JSONB),
    sa.Column("tracking", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("trouble", sa.Text),
    sa.Column("unroutable", sa.Boolean, nullable=False),
    sa.Column("recall_offered", sa.Boolean, nullable=False),
    sa.Column("money", sa.Text, nullable=False),
    sa.Column("paid", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("overpaid", sa.Boolean, nullable=False),
    sa.Column("disputed", sa.Boolean, nullable=False),
    sa.Column("reconciled_at", moment),
    sa.Column("reminded_at", moment),
    comment="What has become of an order. A row without code is of one that only others have spoken of (heard_at).",
)

story = sa.Table(
    "story",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("at", moment, nullable=False),
    sa.Column("recorded_at", moment, nullable=False, server_default=sa.text("clock_timestamp()")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("details", JSONB, nullable=False),
    sa.Column("event_id", sa.Text),
    comment="Every step of every order, with who and when. Only added to.",
)

replacements = sa.Table(
    "replacements",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("orders", ARRAY(sa.Uuid), nullable=False),
    sa.Column("parts", JSONB, nullable=False),
    sa.Column("gone", ARRAY(sa.Uuid), nullable=False),
    sa.Column("kept", ARRAY(sa.Uuid), nullable=False),
    sa.Column("successors", ARRAY(sa.Uuid), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("asked_at", moment, nullable=False),
    sa.Column("reason", sa.Text),
    comment="Splits, merges and their undoing: which orders stand aside for which.",
)

assignment_turns = sa.Table(
    "assignment_turns",
    metadata,
    sa.Column("staff_id", sa.Text, primary_key=True),
    sa.Column("turn", sa.BigInteger, nullable=False),
    comment="Who was given an order last: whoever has the lowest turn is next.",
)

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("call_required", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    comment="The managed list of sales channels.",
)

products = sa.Table(
    "products",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("vat_rate_bp", sa.Integer, nullable=False),
    sa.Column("weight_g", sa.Integer, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    comment="Copy of inventory.product.v1.",
)

availability = sa.Table(
    "availability",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("available", sa.BigInteger, nullable=False),
    sa.Column("levels", JSONB, nullable=False),
    comment="Copy of inventory.stock.v1. It informs, it never promises.",
)

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("customer_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("phone", sa.Text),
    sa.Column("blacklisted", sa.Boolean, nullable=False),
    sa.Column("blacklist_reason", sa.Text),
    sa.Column("orders", sa.Integer, nullable=False),
    sa.Column("refusals", sa.Integer, nullable=False),
    sa.Column("erased_at", moment),
    sa.Column("former_phone", sa.Text),
    comment="Copy of crm.customer.v1: as much of a buyer as the desk needs.",
)
