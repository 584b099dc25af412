"""The tables of shipping's own database. Migrations make them; a test holds both against each other."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = sa.MetaData()

_moment = sa.DateTime(timezone=True)

carriers = sa.Table(
    "carriers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("use_when", sa.Text, nullable=False),
    sa.Column("services", JSONB, nullable=False),
    sa.Column("status_map", JSONB, nullable=False),
    sa.Column("key_ids", ARRAY(sa.Text), nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)

number_ranges = sa.Table(
    "number_ranges",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("carrier_id", sa.Text, sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("suffix", sa.Text, nullable=False),
    sa.Column("width", sa.SmallInteger, nullable=False),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("next", sa.BigInteger, nullable=False),
    sa.Column("check_digit", sa.Text, nullable=False),
    sa.Column("added_at", _moment, nullable=False),
    sa.CheckConstraint("next BETWEEN first AND last + 1", name="number_ranges_next"),
)
sa.Index("number_ranges_carrier", number_ranges.c.carrier_id, number_ranges.c.id)

consignments = sa.Table(
    "consignments",
    metadata,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text),
    sa.Column("heard_at", _moment, nullable=False),
    sa.Column("terms", JSONB),
    sa.Column("terms_sequence", sa.BigInteger, nullable=False),
    sa.Column("stock_heard_at", _moment),
    sa.Column("reserved_at", _moment),
    sa.Column("waiting_since", _moment),
    sa.Column("released", sa.Boolean, nullable=False),
    sa.Column("released_for", _moment),
    sa.Column("parcel_id", sa.Uuid),
    sa.Column("parcel_location", sa.Text),
    sa.Column("parcel_weight_g", sa.BigInteger),
    sa.Column("called_off_at", _moment),
    sa.Column("shipment_id", sa.Uuid),
    sa.Column("obstacle", sa.Text),
    sa.Column("obstacle_since", _moment),
    sa.Column("chosen", sa.Text),
)
sa.Index(
    "consignments_open",
    consignments.c.heard_at,
    postgresql_where=sa.text("shipment_id IS NULL AND called_off_at IS NULL"),
)
sa.Index(
    "consignments_unroutable",
    consignments.c.order_id,
    postgresql_where=sa.text("obstacle IS NOT NULL"),
)

sa.Index(
    "consignments_phone",
    sa.text("((terms -> 'receiver'::text) ->> 'phone'::text)"),
    postgresql_where=sa.text("shipment_id IS NULL"),
    _table=consignments,
)

shipments = sa.Table(
    "shipments",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("carrier_id", sa.Text, sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("carrier_name", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("tracking", sa.Text, nullable=False),
    sa.Column("fee", sa.BigInteger, nullable=False),
    sa.Column("cod", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("terms_sequence", sa.BigInteger, nullable=False),
    sa.Column("parcel_id", sa.Uuid),
    sa.Column("parcel_location", sa.Text),
    sa.Column("parcel_weight_g", sa.BigInteger),
    sa.Column("weight_g", sa.BigInteger),
    sa.Column("manifest_id", sa.Uuid),
    sa.Column("manifest_code", sa.Text),
    sa.Column("waybill_version", sa.Integer, nullable=False),
    sa.Column("printed_version", sa.Integer, nullable=False),
    sa.Column("printed_at", _moment),
    sa.Column("obstacle", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("return_is_certain", sa.Boolean, nullable=False),
    sa.Column("moved_at", _moment),
    sa.Column("seen_at", _moment),
    sa.Column("created_at", _moment, nullable=False),
    sa.Column("handed_over_at", _moment),
    sa.Column("ended_at", _moment),
    sa.Column("inspected_at", _moment),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index("shipments_tracking", shipments.c.tracking, unique=True)
sa.Index("shipments_order", shipments.c.order_id)
sa.Index("shipments_code", shipments.c.code)
sa.Index("shipments_phone", shipments.c.phone, shipments.c.id)
sa.Index("shipments_status", shipments.c.status, shipments.c.carrier_id, shipments.c.id)
sa.Index("shipments_carrier", shipments.c.carrier_id, shipments.c.id)
sa.Index(
    "shipments_on_the_road",
    shipments.c.seen_at,
    postgresql_where=sa.text("ended_at IS NULL AND seen_at IS NOT NULL"),
)
sa.Index("shipments_stopped", shipments.c.id, postgresql_where=sa.text("obstacle IS NOT NULL"))

scans = sa.Table(
    "scans",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("tracking", sa.Text, nullable=False),
    sa.Column("carrier_id", sa.Text),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("status", sa.Text),
    sa.Column("at", _moment, nullable=False),
    sa.Column("place", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("recorded_at", _moment, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("repeats", sa.Integer, nullable=False),
)
sa.Index(
    "scans_once",
    scans.c.tracking,
    scans.c.at,
    scans.c.said,
    sa.text("COALESCE(carrier_id, '')"),
    unique=True,
)
sa.Index("scans_outcome", scans.c.outcome, scans.c.id)

manifests = sa.Table(
    "manifests",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("carrier_id", sa.Text, sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("carrier_name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("drafted_at", _moment, nullable=False),
    sa.Column("drafted_by", sa.Text, nullable=False),
    sa.Column("signed_at", _moment),
    sa.Column("handed_over_by", sa.Text),
    sa.Column("received_by", sa.Text),
)

manifest_entries = sa.Table(
    "manifest_entries",
    metadata,
    sa.Column("manifest_id", sa.Uuid, sa.ForeignKey("manifests.id"), primary_key=True),
    sa.Column("shipment_id", sa.Uuid, sa.ForeignKey("shipments.id"), primary_key=True),
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("order_code", sa.Text, nullable=False),
    sa.Column("tracking", sa.Text, nullable=False),
    sa.Column("weight_g", sa.BigInteger, nullable=False),
    sa.Column("cod", sa.BigInteger, nullable=False),
    sa.Column("fee", sa.BigInteger, nullable=False),
    sa.Column("waybill_version", sa.Integer, nullable=False),
    sa.Column("left_out", sa.Text),
    sa.Column("live", sa.Boolean, nullable=False),
)
sa.Index("manifest_entries_live", manifest_entries.c.shipment_id, unique=True, postgresql_where=sa.text("live"))

manifest_days = sa.Table(
    "manifest_days",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

waybill_copies = sa.Table(
    "waybill_copies",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("shipment_id", sa.Uuid, sa.ForeignKey("shipments.id"), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("printed_at", _moment, nullable=False),
    sa.Column("printed_by", sa.Text, nullable=False),
    sa.Column("waybill_version", sa.Integer, nullable=False),
    sa.Column("waybill", JSONB, nullable=False),
)
sa.Index("waybill_copies_day", waybill_copies.c.day, waybill_copies.c.id)
sa.Index("waybill_copies_shipment", waybill_copies.c.shipment_id)

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("customer_id", sa.Uuid, primary_key=True),
    sa.Column("phone", sa.Text),
    sa.Column("erased_at", _moment),
    sa.Column("former_phone", sa.Text),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index("customers_erased", customers.c.customer_id, postgresql_where=sa.text("former_phone IS NOT NULL"))
