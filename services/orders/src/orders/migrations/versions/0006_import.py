"""Files of orders, the list of sources, and who changed the lists."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = """
SET LOCAL lock_timeout = '5s';
CREATE TABLE sources (
    code text PRIMARY KEY,
    name text NOT NULL,
    active boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE sources IS 'The managed list of who hands orders in.';
INSERT INTO sources (code, name) SELECT code, name FROM channels;

CREATE TABLE listed_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list text NOT NULL CHECK (list IN ('channel', 'source')),
    code text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    by_name text,
    before jsonb,
    after jsonb NOT NULL
);
COMMENT ON TABLE listed_changes IS 'Who changed the lists of channels and sources, and when. Only added to.';
CREATE INDEX listed_changes_of ON listed_changes (list, code, id DESC);

CREATE TABLE imports (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    format text NOT NULL CHECK (format IN ('csv', 'json')),
    channel text NOT NULL,
    source text NOT NULL,
    store_id text,
    owner_id text,
    on_error text NOT NULL CHECK (on_error IN ('skip', 'stop')),
    starts boolean NOT NULL,
    state text NOT NULL,
    trouble jsonb,
    ignored_columns text[] NOT NULL DEFAULT '{}',
    size bigint NOT NULL DEFAULT 0,
    parts integer NOT NULL DEFAULT 0,
    rows integer NOT NULL DEFAULT 0,
    orders integer NOT NULL DEFAULT 0,
    checked integer NOT NULL DEFAULT 0,
    taken integer NOT NULL DEFAULT 0,
    known integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    actor text NOT NULL,
    actor_name text,
    made_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    turn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (checked <= orders AND taken + known + refused <= orders)
);
COMMENT ON TABLE imports IS 'Files of orders: what was asked for, how far it is, how it ended. turn_at: whose turn it is.';
CREATE INDEX imports_made ON imports (made_at DESC, id DESC);
CREATE INDEX imports_turn ON imports (turn_at) WHERE state IN ('reading', 'checking', 'running');
CREATE INDEX imports_waiting ON imports (made_at) WHERE state IN ('uploading', 'checked');

CREATE TABLE import_parts (
    import_id uuid REFERENCES imports (id),
    part integer CHECK (part > 0),
    content bytea NOT NULL,
    PRIMARY KEY (import_id, part)
);
COMMENT ON TABLE import_parts IS 'The bytes of a file of orders as they were handed in; gone when the import has ended.';

CREATE TABLE import_orders (
    import_id uuid REFERENCES imports (id),
    first_row integer,
    rows integer[] NOT NULL,
    external_id text,
    state text NOT NULL CHECK (state IN ('read', 'ready', 'refused', 'taken', 'known')),
    body jsonb,
    reasons jsonb NOT NULL DEFAULT '[]',
    warnings jsonb NOT NULL DEFAULT '[]',
    order_id uuid,
    code text,
    PRIMARY KEY (import_id, first_row)
);
COMMENT ON TABLE import_orders IS 'The orders of a file by their first row: the report. The body goes when the import has ended.';
CREATE UNIQUE INDEX import_orders_one ON import_orders (import_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX import_orders_state ON import_orders (import_id, state, first_row);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
