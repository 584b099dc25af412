"""Products, the stock ledger, holds and their queue, waves, parcels, receipts, returns.

Rows that record facts have no foreign keys to what the fact is about: it may be told later.
"""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE locations (
        id text PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('warehouse', 'store')),
        place integer NOT NULL,
        serves_orders boolean NOT NULL DEFAULT true,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    """
    INSERT INTO locations (id, name, kind, place) VALUES
        ('KHO', 'Kho chính', 'warehouse', 1), ('CH1', 'Cửa hàng 1', 'store', 2), ('CH2', 'Cửa hàng 2', 'store', 3)
    """,
    """
    CREATE TABLE products (
        sku text PRIMARY KEY,
        name text NOT NULL,
        barcode text UNIQUE,
        weight_g integer NOT NULL CHECK (weight_g >= 0),
        price bigint NOT NULL CHECK (price >= 0),
        currency text NOT NULL,
        vat_rate_bp integer NOT NULL,
        kind text,
        design text,
        colour text,
        size text,
        material text,
        "use" text,
        selling_points text,
        active boolean NOT NULL DEFAULT true,
        low_at integer,
        version bigint NOT NULL DEFAULT 1,
        searched text NOT NULL
    )
    """,
    "CREATE INDEX products_searched ON products USING gin (to_tsvector('simple', searched))",
    """
    CREATE TABLE stock_levels (
        sku text NOT NULL,
        location_id text NOT NULL,
        on_hand bigint NOT NULL DEFAULT 0,
        reserved bigint NOT NULL DEFAULT 0,
        defective bigint NOT NULL DEFAULT 0,
        unannounced boolean NOT NULL DEFAULT false,
        PRIMARY KEY (sku, location_id),
        CONSTRAINT nothing_oversold CHECK (0 <= reserved AND reserved <= on_hand AND 0 <= defective)
    ) WITH (fillfactor = 50)
    """,
    "CREATE INDEX stock_levels_location ON stock_levels (location_id, sku)",
    "CREATE INDEX stock_levels_unannounced ON stock_levels (sku) WHERE unannounced",
    """
    CREATE TABLE stock_worths (
        sku text PRIMARY KEY,
        quantity bigint NOT NULL,
        value bigint NOT NULL,
        CONSTRAINT value_only_of_goods CHECK (0 <= quantity AND 0 <= value AND (quantity > 0 OR value = 0))
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE stock_moves (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sku text NOT NULL,
        location_id text NOT NULL,
        kind text NOT NULL,
        on_hand bigint NOT NULL,
        defective bigint NOT NULL,
        value bigint NOT NULL,
        order_id uuid,
        parcel_id uuid,
        return_id uuid,
        document text,
        reason text,
        actor text NOT NULL
    )
    """,
    "CREATE INDEX stock_moves_at ON stock_moves USING brin (at)",
    "CREATE INDEX stock_moves_sku ON stock_moves (sku, seq)",
    "CREATE INDEX stock_moves_location ON stock_moves (location_id, seq)",
    "CREATE INDEX stock_moves_order ON stock_moves (order_id, seq) WHERE order_id IS NOT NULL",
    "CREATE INDEX stock_moves_document ON stock_moves (document, seq) WHERE document IS NOT NULL",
    """
    CREATE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is only added to' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER stock_moves_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_moves
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite()
    """,
    """
    CREATE TABLE orders (
        order_id uuid PRIMARY KEY,
        code text NOT NULL,
        contact jsonb,
        note text,
        carrier_choice text,
        cod bigint,
        store_id text,
        owner_id text,
        placed_at timestamptz,
        confirmed_at timestamptz,
        cancelling boolean NOT NULL DEFAULT false,
        cancelled_at timestamptz,
        issued boolean NOT NULL DEFAULT false,
        first_heard_at timestamptz NOT NULL,
        version bigint NOT NULL DEFAULT 1
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX orders_code ON orders (code)",
    "CREATE INDEX orders_half ON orders (first_heard_at) WHERE confirmed_at IS NULL AND cancelled_at IS NULL",
    """
    CREATE TABLE holds (
        order_id uuid PRIMARY KEY,
        placed_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'held')),
        location_id text,
        waiting_since timestamptz,
        held_at timestamptz,
        released boolean NOT NULL DEFAULT false,
        picked boolean NOT NULL DEFAULT false,
        CONSTRAINT a_hold_is_somewhere CHECK ((state = 'held') = (location_id IS NOT NULL))
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX holds_waiting ON holds (placed_at, order_id) WHERE state = 'waiting'",
    """
    CREATE INDEX holds_free ON holds (placed_at, order_id)
        WHERE state = 'held' AND NOT picked AND (waiting_since IS NULL OR released)
    """,
    """
    CREATE TABLE hold_lines (
        order_id uuid NOT NULL REFERENCES holds ON DELETE CASCADE,
        line_id uuid NOT NULL,
        sku text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        PRIMARY KEY (order_id, line_id)
    )
    """,
    "CREATE INDEX hold_lines_sku ON hold_lines (sku, order_id)",
    "CREATE TABLE queue_wakeups (sku text PRIMARY KEY, times integer NOT NULL DEFAULT 1)",
    """
    CREATE TABLE receipts (
        id uuid PRIMARY KEY,
        document text NOT NULL UNIQUE,
        supplier text NOT NULL,
        location_id text NOT NULL,
        lines jsonb NOT NULL,
        note text,
        received_at timestamptz NOT NULL,
        received_by text NOT NULL
    )
    """,
    "CREATE TABLE wave_numbers (day date PRIMARY KEY, last integer NOT NULL)",
    """
    CREATE TABLE waves (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        parcels integer NOT NULL
    )
    """,
    """
    CREATE TABLE shipments (
        shipment_id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        kind text NOT NULL,
        carrier_id text,
        carrier_name text,
        service text,
        tracking text NOT NULL,
        state text NOT NULL,
        parcel_id uuid,
        recorded_at timestamptz NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX shipments_order ON shipments (order_id)",
    "CREATE INDEX shipments_tracking ON shipments (tracking)",
    """
    CREATE TABLE parcels (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        wave_id uuid,
        shipment_id uuid,
        location_id text NOT NULL,
        state text NOT NULL,
        weight_g integer,
        expected_weight_g integer,
        weight_reason text,
        stop_reason text,
        packed_at timestamptz,
        packed_by text,
        made_at timestamptz NOT NULL,
        version bigint NOT NULL DEFAULT 1
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX parcels_order ON parcels (order_id)",
    "CREATE INDEX parcels_wave ON parcels (wave_id, id)",
    "CREATE INDEX parcels_shipment ON parcels (shipment_id)",
    """
    CREATE UNIQUE INDEX parcels_one_open ON parcels (order_id)
        WHERE state IN ('picking', 'packing', 'packed')
    """,
    """
    CREATE TABLE parcel_lines (
        parcel_id uuid NOT NULL,
        line_id uuid NOT NULL,
        sku text NOT NULL,
        quantity bigint NOT NULL,
        issued_value bigint,
        PRIMARY KEY (parcel_id, line_id)
    )
    """,
    """
    CREATE TABLE pack_attempts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parcel_id uuid NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        scans jsonb NOT NULL,
        weight_g integer NOT NULL,
        deviations jsonb NOT NULL
    )
    """,
    "CREATE INDEX pack_attempts_parcel ON pack_attempts (parcel_id, id)",
    """
    CREATE TABLE on_the_road (
        parcel_id uuid NOT NULL,
        line_id uuid NOT NULL,
        sku text NOT NULL,
        location_id text NOT NULL,
        quantity bigint NOT NULL,
        coming_back boolean NOT NULL DEFAULT false,
        PRIMARY KEY (parcel_id, line_id)
    )
    """,
    "CREATE INDEX on_the_road_sku ON on_the_road (sku, location_id)",
    """
    CREATE TABLE returns (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        shipment_id uuid NOT NULL UNIQUE,
        parcel_id uuid NOT NULL,
        location_id text NOT NULL,
        state text NOT NULL CHECK (state IN ('to_inspect', 'inspected')),
        arrived_at timestamptz NOT NULL,
        inspected_at timestamptz,
        inspected_by text,
        note text,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX returns_state ON returns (state, arrived_at, id)",
    "CREATE INDEX returns_order ON returns (order_id)",
    """
    CREATE TABLE return_lines (
        return_id uuid NOT NULL,
        line_id uuid NOT NULL,
        sku text NOT NULL,
        quantity bigint NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (return_id, line_id)
    )
    """,
    """
    CREATE TABLE return_findings (
        return_id uuid NOT NULL,
        line_id uuid NOT NULL,
        sku text NOT NULL,
        grade text NOT NULL,
        quantity bigint NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (return_id, line_id, grade)
    )
    """,
    """
    CREATE TABLE alerts (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        sku text NOT NULL,
        location_id text NOT NULL,
        available bigint NOT NULL,
        quantity bigint NOT NULL,
        order_id uuid
    )
    """,
    "CREATE INDEX alerts_sku ON alerts (sku, id)",
    "CREATE INDEX alerts_kind ON alerts (kind, id)",
    "CREATE INDEX alerts_at ON alerts (at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
