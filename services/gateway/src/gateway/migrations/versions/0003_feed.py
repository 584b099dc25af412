"""The feed of changes. Hour h lies in slot h mod 26, so that a day is forgotten by emptying tables, not by deletes."""

from alembic import op

revision = "0003"
down_revision = "0002"

SLOTS = 26
"""24 hours that are kept, the one being written, and the one being emptied."""


def upgrade() -> None:
    op.execute("""
    CREATE TABLE feed (
        slot smallint NOT NULL DEFAULT mod(floor(extract(epoch FROM clock_timestamp()) / 3600), 26)::smallint,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        type text NOT NULL,
        object_type text NOT NULL,
        object_id text NOT NULL,
        order_id text,
        version bigint NOT NULL,
        permissions text[] NOT NULL,
        stores text[] NOT NULL,
        PRIMARY KEY (slot, seq)
    ) PARTITION BY LIST (slot)
    """)
    for slot in range(SLOTS):
        op.execute(f"CREATE TABLE feed_{slot:02} PARTITION OF feed FOR VALUES IN ({slot})")
        op.execute(f"ALTER TABLE feed_{slot:02} SET (autovacuum_vacuum_insert_threshold = 50000)")
    op.execute("COMMENT ON TABLE feed IS 'What changed, without any personal data: for live updates only.'")
    op.execute("""
    CREATE TABLE feed_floor (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        seq bigint NOT NULL
    )
    """)
    op.execute("COMMENT ON TABLE feed_floor IS 'Rows up to this number are forgotten.'")
    op.execute("INSERT INTO feed_floor (seq) VALUES (0)")
