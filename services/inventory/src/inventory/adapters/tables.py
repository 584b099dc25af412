"""The tables of this service's own database, as queries name them. What they mean stands in the migrations."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()

_moment = sa.DateTime(timezone=True)


def _table(name: str, /, **columns: Any) -> sa.Table:
    return sa.Table(name, metadata, *(sa.Column(column, kind) for column, kind in columns.items()))


locations = _table(
    "locations",
    id=sa.Text,
    name=sa.Text,
    kind=sa.Text,
    place=sa.Integer,
    serves_orders=sa.Boolean,
    version=sa.BigInteger,
)

products = _table(
    "products",
    sku=sa.Text,
    name=sa.Text,
    barcode=sa.Text,
    weight_g=sa.Integer,
    price=sa.BigInteger,
    currency=sa.Text,
    vat_rate_bp=sa.Integer,
    kind=sa.Text,
    design=sa.Text,
    colour=sa.Text,
    size=sa.Text,
    material=sa.Text,
    use=sa.Text,
    selling_points=sa.Text,
    active=sa.Boolean,
    low_at=sa.Integer,
    version=sa.BigInteger,
    searched=sa.Text,
)

stock_levels = _table(
    "stock_levels",
    sku=sa.Text,
    location_id=sa.Text,
    on_hand=sa.BigInteger,
    reserved=sa.BigInteger,
    defective=sa.BigInteger,
    unannounced=sa.Boolean,
)

stock_worths = _table("stock_worths", sku=sa.Text, quantity=sa.BigInteger, value=sa.BigInteger)

stock_moves = _table(
    "stock_moves",
    seq=sa.BigInteger,
    id=sa.Uuid,
    at=_moment,
    recorded_at=_moment,
    sku=sa.Text,
    location_id=sa.Text,
    kind=sa.Text,
    on_hand=sa.BigInteger,
    defective=sa.BigInteger,
    value=sa.BigInteger,
    order_id=sa.Uuid,
    parcel_id=sa.Uuid,
    return_id=sa.Uuid,
    document=sa.Text,
    reason=sa.Text,
    actor=sa.Text,
)

orders = _table(
    "orders",
    order_id=sa.Uuid,
    code=sa.Text,
    contact=JSONB,
    note=sa.Text,
    carrier_choice=sa.Text,
    cod=sa.BigInteger,
    store_id=sa.Text,
    owner_id=sa.Text,
    placed_at=_moment,
    confirmed_at=_moment,
    cancelling=sa.Boolean,
    cancelled_at=_moment,
    issued=sa.Boolean,
    first_heard_at=_moment,
    version=sa.BigInteger,
)

holds = _table(
    "holds",
    order_id=sa.Uuid,
    placed_at=_moment,
    state=sa.Text,
    location_id=sa.Text,
    waiting_since=_moment,
    held_at=_moment,
    released=sa.Boolean,
    picked=sa.Boolean,
)

hold_lines = _table("hold_lines", order_id=sa.Uuid, line_id=sa.Uuid, sku=sa.Text, quantity=sa.BigInteger)

receipts = _table(
    "receipts",
    id=sa.Uuid,
    document=sa.Text,
    supplier=sa.Text,
    location_id=sa.Text,
    lines=JSONB,
    note=sa.Text,
    received_at=_moment,
    received_by=sa.Text,
)

waves = _table("waves", id=sa.Uuid, code=sa.Text, created_at=_moment, created_by=sa.Text, parcels=sa.Integer)

shipments = _table(
    "shipments",
    shipment_id=sa.Uuid,
    order_id=sa.Uuid,
    kind=sa.Text,
    carrier_id=sa.Text,
    carrier_name=sa.Text,
    service=sa.Text,
    tracking=sa.Text,
    state=sa.Text,
    parcel_id=sa.Uuid,
    recorded_at=_moment,
)

parcels = _table(
    "parcels",
    id=sa.Uuid,
    order_id=sa.Uuid,
    wave_id=sa.Uuid,
    shipment_id=sa.Uuid,
    location_id=sa.Text,
    state=sa.Text,
    weight_g=sa.Integer,
    expected_weight_g=sa.Integer,
    weight_reason=sa.Text,
    stop_reason=sa.Text,
    packed_at=_moment,
    packed_by=sa.Text,
    made_at=_moment,
    version=sa.BigInteger,
)

parcel_lines = _table(
    "parcel_lines",
    parcel_id=sa.Uuid,
    line_id=sa.Uuid,
    sku=sa.Text,
    quantity=sa.BigInteger,
    issued_value=sa.BigInteger,
)

pack_attempts = _table(
    "pack_attempts",
    id=sa.BigInteger,
    parcel_id=sa.Uuid,
    at=_moment,
    actor=sa.Text,
    scans=JSONB,
    weight_g=sa.Integer,
    deviations=JSONB,
)

on_the_road = _table(
    "on_the_road",
    parcel_id=sa.Uuid,
    line_id=sa.Uuid,
    sku=sa.Text,
    location_id=sa.Text,
    quantity=sa.BigInteger,
    coming_back=sa.Boolean,
)

returns = _table(
    "returns",
    id=sa.Uuid,
    order_id=sa.Uuid,
    shipment_id=sa.Uuid,
    parcel_id=sa.Uuid,
    location_id=sa.Text,
    state=sa.Text,
    arrived_at=_moment,
    inspected_at=_moment,
    inspected_by=sa.Text,
    note=sa.Text,
    version=sa.BigInteger,
)

return_lines = _table(
    "return_lines",
    return_id=sa.Uuid,
    line_id=sa.Uuid,
    sku=sa.Text,
    quantity=sa.BigInteger,
    value=sa.BigInteger,
)

return_findings = _table(
    "return_findings",
    return_id=sa.Uuid,
    line_id=sa.Uuid,
    sku=sa.Text,
    grade=sa.Text,
    quantity=sa.BigInteger,
    value=sa.BigInteger,
)

alerts = _table(
    "alerts",
    id=sa.Uuid,
    at=_moment,
    kind=sa.Text,
    sku=sa.Text,
    location_id=sa.Text,
    available=sa.BigInteger,
    quantity=sa.BigInteger,
    order_id=sa.Uuid,
)
