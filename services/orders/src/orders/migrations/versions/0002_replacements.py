"""Orders that take the place of others: splits, merges and their undoing."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
ALTER TABLE orders ADD COLUMN replaces text[] NOT NULL DEFAULT '{}', ADD COLUMN replaced_by text[] NOT NULL DEFAULT '{}';
ALTER TABLE progress ADD COLUMN replacement uuid;
CREATE TABLE replacements (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    orders uuid[] NOT NULL,
    parts jsonb NOT NULL,
    gone uuid[] NOT NULL,
    kept uuid[] NOT NULL,
    successors uuid[] NOT NULL,
    state text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    reason text
);
CREATE INDEX replacements_successors ON replacements USING gin (successors);
COMMENT ON TABLE replacements IS 'Splits, merges and their undoing: which orders stand aside for which.';
"""


def upgrade() -> None:
    for statement in STATEMENTS.strip().split(";\n"):
        op.execute(statement)
