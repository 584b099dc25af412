"""Customers, their orders as far as customer care is concerned, and the ledger of their points."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE customers (
    id uuid PRIMARY KEY,
    phone text UNIQUE,
    name text,
    email text,
    address jsonb,
    store_id text,
    orders integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    delivered integer NOT NULL DEFAULT 0,
    refusals integer NOT NULL DEFAULT 0,
    points bigint NOT NULL DEFAULT 0,
    blacklisted boolean NOT NULL DEFAULT false,
    blacklist_reason text,
    erased boolean NOT NULL DEFAULT false,
    first_order_at timestamptz,
    last_order_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    CHECK (NOT erased OR (phone IS NULL AND name IS NULL AND email IS NULL AND address IS NULL))
) WITH (fillfactor = 85);
COMMENT ON TABLE customers IS 'One per phone. The counts are those of customer_orders, the points those of points_ledger.';
CREATE INDEX customers_name ON customers USING gin (lower(name) gin_trgm_ops);
CREATE INDEX customers_phone_part ON customers USING gin (phone gin_trgm_ops);
CREATE INDEX customers_latest ON customers (last_order_at DESC NULLS LAST, id DESC);
CREATE INDEX customers_blacklisted ON customers (last_order_at DESC NULLS LAST, id DESC) WHERE blacklisted;

CREATE TABLE customer_orders (
    order_id uuid PRIMARY KEY,
    customer_id uuid REFERENCES customers,
    code text,
    channel text,
    source text,
    store_id text,
    total bigint,
    currency text,
    placed_at timestamptz,
    cancelled_at timestamptz,
    cancel_reason text,
    delivered_at timestamptz,
    bought jsonb NOT NULL DEFAULT '{}',
    inspected jsonb NOT NULL DEFAULT '{}',
    refused_at timestamptz,
    dong_per_point bigint,
    points bigint NOT NULL DEFAULT 0,
    first_seen_at timestamptz NOT NULL
) WITH (fillfactor = 85);
COMMENT ON TABLE customer_orders IS 'An order as its facts arrive, in whatever order; without a customer until it is placed.';
CREATE INDEX customer_orders_of ON customer_orders (customer_id, placed_at DESC, order_id DESC);
CREATE INDEX customer_orders_half ON customer_orders (first_seen_at) WHERE customer_id IS NULL;

CREATE TABLE points_ledger (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    order_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('earned', 'taken_back')),
    points bigint NOT NULL CHECK ((points > 0) = (kind = 'earned') AND points <> 0),
    at timestamptz NOT NULL
);
COMMENT ON TABLE points_ledger IS 'Only grows. A balance is the sum of its rows.';
CREATE INDEX points_ledger_of ON points_ledger (customer_id, id DESC);

CREATE TABLE contacts (
    customer_id uuid NOT NULL REFERENCES customers,
    fingerprint text NOT NULL,
    name text NOT NULL,
    email text,
    address jsonb NOT NULL,
    first_used_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, fingerprint)
);
COMMENT ON TABLE contacts IS 'Every name and address under which a customer has ordered.';

CREATE TABLE blacklist_history (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    listed boolean NOT NULL,
    reason text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX blacklist_history_of ON blacklist_history (customer_id, id DESC);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
