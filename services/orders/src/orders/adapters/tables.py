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
    sa.Column("destination", JSONB),
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
    sa.Column("address", sa.Text),
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

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    comment="The managed list of who hands orders in.",
)

listed_changes = sa.Table(
    "listed_changes",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("list", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("at", moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("by_name", sa.Text),
    sa.Column("before", JSONB),
    sa.Column("after", JSONB, nullable=False),
    comment="Who changed the lists of channels and sources, and when. Only added to.",
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("store_id", sa.Text),
    sa.Column("owner_id", sa.Text),
    sa.Column("on_error", sa.Text, nullable=False),
    sa.Column("starts", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("trouble", JSONB),
    sa.Column("ignored_columns", ARRAY(sa.Text), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("orders", sa.Integer, nullable=False),
    sa.Column("checked", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("known", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text),
    sa.Column("made_at", moment, nullable=False),
    sa.Column("started_at", moment),
    sa.Column("finished_at", moment),
    sa.Column("turn_at", moment, nullable=False),
    comment="Files of orders: what was asked for, how far it is, how it ended. turn_at: whose turn it is next.",
)

import_parts = sa.Table(
    "import_parts",
    metadata,
    sa.Column("import_id", sa.Uuid, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    comment="The bytes of a file of orders as they were handed in; gone when the import has ended.",
)

import_orders = sa.Table(
    "import_orders",
    metadata,
    sa.Column("import_id", sa.Uuid, primary_key=True),
    sa.Column("first_row", sa.Integer, primary_key=True),
    sa.Column("rows", ARRAY(sa.Integer), nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("body", JSONB),
    sa.Column("reasons", JSONB, nullable=False),
    sa.Column("warnings", JSONB, nullable=False),
    sa.Column("order_id", sa.Uuid),
    sa.Column("code", sa.Text),
    comment="The orders of a file by their first row: the report. The body is gone when the import has ended.",
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

provinces = sa.Table(
    "address_provinces",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("linked", ARRAY(sa.Text), nullable=False),
    comment="The provinces of today and of before; linked: names of those they were or became.",
)

districts = sa.Table(
    "address_districts",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("province_code", sa.Text, nullable=False),
    comment="The districts there were until July 2025.",
)

wards = sa.Table(
    "address_wards",
    metadata,
    sa.Column("scheme", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("accented", sa.Text, nullable=False),
    sa.Column("keys", ARRAY(sa.Text), nullable=False),
    sa.Column("district_code", sa.Text),
    sa.Column("district", sa.Text),
    sa.Column("district_kind", sa.Text),
    sa.Column("district_keys", ARRAY(sa.Text), nullable=False),
    sa.Column("province_code", sa.Text, nullable=False),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("province_key", sa.Text, nullable=False),
    sa.Column("province_keys", ARRAY(sa.Text), nullable=False),
    sa.Column("wards", JSONB, nullable=False),
    sa.Column("became", ARRAY(sa.Text), nullable=False),
    sa.Column("words", ARRAY(sa.Text), nullable=False),
    comment="The address book: wards of today (two-level) and of before (three-level), with what those have become.",
)

book = sa.Table(
    "address_book",
    metadata,
    sa.Column("edition", sa.Text, primary_key=True),
    comment="Which edition the book holds; no row while there is none.",
)
