"""Carriers and their numbers, what is known of orders, shipments, scans, manifests and copies of waybills."""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE carriers (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    use_when TEXT NOT NULL,
    services JSONB NOT NULL,
    status_map JSONB NOT NULL,
    key_ids TEXT[] NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE consignments (
    order_id UUID NOT NULL,
    code TEXT,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    terms JSONB,
    terms_sequence BIGINT NOT NULL,
    stock_heard_at TIMESTAMP WITH TIME ZONE,
    reserved_at TIMESTAMP WITH TIME ZONE,
    waiting_since TIMESTAMP WITH TIME ZONE,
    released BOOLEAN NOT NULL,
    parcel_id UUID,
    parcel_location TEXT,
    parcel_weight_g BIGINT,
    called_off_at TIMESTAMP WITH TIME ZONE,
    shipment_id UUID,
    obstacle TEXT,
    obstacle_since TIMESTAMP WITH TIME ZONE,
    chosen TEXT,
    PRIMARY KEY (order_id)
);

CREATE INDEX consignments_open ON consignments (heard_at) WHERE shipment_id IS NULL AND called_off_at IS NULL;

CREATE INDEX consignments_unroutable ON consignments (order_id) WHERE obstacle IS NOT NULL;

CREATE TABLE manifest_days (
    day DATE NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (day)
);

CREATE TABLE scans (
    id UUID NOT NULL,
    tracking TEXT NOT NULL,
    carrier_id TEXT,
    said TEXT NOT NULL,
    status TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    place TEXT,
    reason TEXT,
    outcome TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by TEXT NOT NULL,
    repeats INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX scans_once ON scans (tracking, at, said, COALESCE(carrier_id, ''));

CREATE INDEX scans_outcome ON scans (outcome, id);

CREATE TABLE manifests (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    carrier_name TEXT NOT NULL,
    state TEXT NOT NULL,
    drafted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    drafted_by TEXT NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE,
    handed_over_by TEXT,
    received_by TEXT,
    PRIMARY KEY (id),
    UNIQUE (code),
    FOREIGN KEY(carrier_id) REFERENCES carriers (id)
);

CREATE TABLE number_ranges (
    id UUID NOT NULL,
    carrier_id TEXT NOT NULL,
    prefix TEXT NOT NULL,
    suffix TEXT NOT NULL,
    width SMALLINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    next BIGINT NOT NULL,
    check_digit TEXT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT number_ranges_next CHECK (next BETWEEN first AND last + 1),
    FOREIGN KEY(carrier_id) REFERENCES carriers (id)
);

CREATE INDEX number_ranges_carrier ON number_ranges (carrier_id, id);

CREATE TABLE shipments (
    id UUID NOT NULL,
    order_id UUID NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    carrier_name TEXT NOT NULL,
    service TEXT NOT NULL,
    tracking TEXT NOT NULL,
    fee BIGINT NOT NULL,
    cod BIGINT NOT NULL,
    status TEXT NOT NULL,
    phone TEXT NOT NULL,
    terms JSONB NOT NULL,
    terms_sequence BIGINT NOT NULL,
    parcel_id UUID,
    parcel_location TEXT,
    parcel_weight_g BIGINT,
    weight_g BIGINT,
    manifest_id UUID,
    manifest_code TEXT,
    waybill_version INTEGER NOT NULL,
    printed_version INTEGER NOT NULL,
    printed_at TIMESTAMP WITH TIME ZONE,
    obstacle TEXT,
    attempts INTEGER NOT NULL,
    return_is_certain BOOLEAN NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    handed_over_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    inspected_at TIMESTAMP WITH TIME ZONE,
    version BIGINT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(carrier_id) REFERENCES carriers (id)
);

CREATE INDEX shipments_carrier ON shipments (carrier_id, id);

CREATE INDEX shipments_code ON shipments (code);

CREATE INDEX shipments_order ON shipments (order_id);

CREATE INDEX shipments_phone ON shipments (phone, id);

CREATE INDEX shipments_status ON shipments (status, carrier_id, id);

CREATE INDEX shipments_stopped ON shipments (id) WHERE obstacle IS NOT NULL;

CREATE UNIQUE INDEX shipments_tracking ON shipments (tracking);

CREATE TABLE manifest_entries (
    manifest_id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    order_id UUID NOT NULL,
    order_code TEXT NOT NULL,
    tracking TEXT NOT NULL,
    weight_g BIGINT NOT NULL,
    cod BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    waybill_version INTEGER NOT NULL,
    left_out TEXT,
    live BOOLEAN NOT NULL,
    PRIMARY KEY (manifest_id, shipment_id),
    FOREIGN KEY(manifest_id) REFERENCES manifests (id),
    FOREIGN KEY(shipment_id) REFERENCES shipments (id)
);

CREATE UNIQUE INDEX manifest_entries_live ON manifest_entries (shipment_id) WHERE live;

CREATE TABLE waybill_copies (
    id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    day DATE NOT NULL,
    printed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    printed_by TEXT NOT NULL,
    waybill_version INTEGER NOT NULL,
    waybill JSONB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(shipment_id) REFERENCES shipments (id)
);

CREATE INDEX waybill_copies_day ON waybill_copies (day, id);

CREATE INDEX waybill_copies_shipment ON waybill_copies (shipment_id);
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
