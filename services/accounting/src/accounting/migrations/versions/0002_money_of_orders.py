"""Orders and parcels as the books know them, payments, refunds, carriers' statements."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE orders (
        order_id uuid PRIMARY KEY,
        code text,
        currency text NOT NULL DEFAULT 'VND',
        store_id text,
        owner_id text,
        known boolean NOT NULL DEFAULT false,
        total bigint NOT NULL DEFAULT 0,
        goods bigint NOT NULL DEFAULT 0,
        freight bigint NOT NULL DEFAULT 0,
        cancelled boolean NOT NULL DEFAULT false,
        paid bigint NOT NULL DEFAULT 0,
        collected bigint NOT NULL DEFAULT 0,
        refunds_open bigint NOT NULL DEFAULT 0 CHECK (refunds_open >= 0),
        refunded bigint NOT NULL DEFAULT 0,
        revenue bigint NOT NULL DEFAULT 0,
        credited bigint NOT NULL DEFAULT 0,
        reconciled_at timestamptz,
        first_seen_at timestamptz NOT NULL,
        CONSTRAINT refunds_within_paid CHECK (refunds_open + refunded <= paid + collected)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX orders_by_code ON orders (code)",
    """
    CREATE INDEX orders_open_balance ON orders (order_id)
    WHERE revenue - credited - paid - collected + refunded <> 0
    """,
    "CREATE INDEX orders_half ON orders (first_seen_at) WHERE NOT known",
    """
    CREATE TABLE shipments (
        shipment_id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        carrier_id text NOT NULL DEFAULT '',
        tracking text NOT NULL DEFAULT '',
        currency text NOT NULL DEFAULT 'VND',
        road text NOT NULL DEFAULT 'created'
            CHECK (road IN ('created', 'handed_over', 'delivered', 'returned', 'lost', 'cancelled')),
        cod bigint NOT NULL DEFAULT 0,
        cod_corrected boolean NOT NULL DEFAULT false,
        fee bigint NOT NULL DEFAULT 0,
        delivered_on date,
        inspected boolean NOT NULL DEFAULT false,
        owed bigint NOT NULL DEFAULT 0,
        pending bigint NOT NULL DEFAULT 0,
        received bigint NOT NULL DEFAULT 0,
        fee_booked bigint NOT NULL DEFAULT 0,
        fee_settled boolean NOT NULL DEFAULT false
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX shipments_by_order ON shipments (order_id)",
    "CREATE INDEX shipments_by_tracking ON shipments (carrier_id, tracking)",
    "CREATE INDEX shipments_open_items ON shipments (carrier_id, delivered_on, shipment_id) WHERE owed <> 0",
    """
    CREATE TABLE sold_lines (
        shipment_id uuid NOT NULL,
        line_id uuid NOT NULL,
        order_id uuid NOT NULL,
        sku text NOT NULL,
        quantity integer NOT NULL,
        amount bigint NOT NULL,
        vat_rate_bp integer NOT NULL,
        returned integer NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND quantity),
        PRIMARY KEY (shipment_id, line_id)
    )
    """,
    "CREATE INDEX sold_lines_by_order ON sold_lines (order_id)",
    """
    CREATE TABLE inspections (
        return_id uuid PRIMARY KEY,
        shipment_id uuid NOT NULL,
        order_id uuid NOT NULL,
        came_back jsonb NOT NULL,
        business_day date NOT NULL,
        noted_at timestamptz NOT NULL,
        booked boolean NOT NULL DEFAULT false
    )
    """,
    "CREATE INDEX inspections_waiting ON inspections (shipment_id) WHERE NOT booked",
    """
    CREATE TABLE payments (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES orders,
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        method text NOT NULL,
        reference text NOT NULL UNIQUE,
        received_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        note text
    )
    """,
    "CREATE INDEX payments_by_order ON payments (order_id)",
    """
    CREATE TABLE refunds (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES orders,
        kind text NOT NULL CHECK (kind IN ('full', 'partial', 'allowance', 'reduction', 'cancelled')),
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'approved', 'paid', 'rejected')),
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        decision_note text,
        method text,
        reference text UNIQUE,
        paid_on date,
        paid_by text,
        version bigint NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX refunds_by_order ON refunds (order_id)",
    "CREATE INDEX refunds_by_state ON refunds (state, id)",
    """
    CREATE FUNCTION refunds_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        came_in bigint;
        goes_back bigint;
    BEGIN
        SELECT paid + collected INTO came_in FROM orders WHERE order_id = NEW.order_id FOR UPDATE;
        SELECT sum(amount) INTO goes_back FROM refunds WHERE order_id = NEW.order_id AND state <> 'rejected';
        IF goes_back > came_in THEN
            RAISE EXCEPTION 'refunds of % for order % exceed the % that came in', goes_back, NEW.order_id, came_in
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_paid';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER refunds_within_paid AFTER INSERT OR UPDATE OF amount, state, order_id ON refunds
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refunds_within_paid()
    """,
    """
    CREATE TABLE cod_statements (
        id uuid PRIMARY KEY,
        carrier_id text NOT NULL,
        reference text NOT NULL,
        currency text NOT NULL,
        state text NOT NULL
            CHECK (state IN ('matched', 'difference', 'corrected', 'approved', 'money_received', 'posted')),
        imported_at timestamptz NOT NULL,
        imported_by text NOT NULL,
        delivered_from date,
        delivered_until date,
        net bigint NOT NULL DEFAULT 0,
        received bigint NOT NULL DEFAULT 0,
        approved_at timestamptz,
        approved_by text,
        posted_at timestamptz,
        version bigint NOT NULL DEFAULT 1,
        UNIQUE (carrier_id, reference)
    )
    """,
    """
    CREATE TABLE cod_lines (
        statement_id uuid NOT NULL REFERENCES cod_statements,
        number integer NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        carrier_id text NOT NULL,
        reference text NOT NULL,
        tracking text NOT NULL,
        reported_cod bigint NOT NULL,
        reported_fee bigint NOT NULL,
        reported_tracking text NOT NULL,
        cod bigint NOT NULL,
        fee bigint NOT NULL,
        status text,
        shipment_id uuid,
        order_id uuid,
        road text,
        expected_cod bigint NOT NULL DEFAULT 0,
        expected_fee bigint NOT NULL DEFAULT 0,
        repeated boolean NOT NULL DEFAULT false,
        difference text CHECK (difference IN ('amount', 'fee', 'missing', 'unknown', 'double', 'status')),
        resolution text CHECK (resolution IN ('carry', 'accept', 'write_off', 'reject')),
        reason text,
        resolved_by text,
        resolved_at timestamptz,
        approved boolean NOT NULL DEFAULT false,
        remit bigint NOT NULL DEFAULT 0,
        carried bigint NOT NULL DEFAULT 0,
        received bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (statement_id, number),
        UNIQUE (carrier_id, reference)
    )
    """,
    "CREATE INDEX cod_lines_by_tracking ON cod_lines (carrier_id, tracking)",
    "CREATE INDEX cod_lines_by_shipment ON cod_lines (shipment_id) WHERE shipment_id IS NOT NULL",
    """
    CREATE INDEX cod_lines_unresolved ON cod_lines (statement_id, number)
    WHERE difference IS NOT NULL AND resolution IS NULL
    """,
    """
    CREATE TABLE cod_receipts (
        id uuid PRIMARY KEY,
        statement_id uuid NOT NULL REFERENCES cod_statements,
        amount bigint NOT NULL CHECK (amount <> 0),
        currency text NOT NULL,
        reference text NOT NULL UNIQUE,
        received_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL
    )
    """,
    "CREATE INDEX cod_receipts_by_statement ON cod_receipts (statement_id)",
    """
    CREATE TABLE cod_corrections (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        shipment_id uuid NOT NULL REFERENCES shipments,
        cod bigint NOT NULL CHECK (cod >= 0),
        previous bigint NOT NULL,
        currency text NOT NULL,
        reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'approved', 'rejected')),
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        decision_note text
    )
    """,
    "CREATE UNIQUE INDEX cod_corrections_open ON cod_corrections (shipment_id) WHERE state = 'requested'",
    "CREATE INDEX cod_corrections_by_order ON cod_corrections (order_id)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
