"""Which hold was released, so that a release heard before the shortage it ended is not forgotten with it."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE consignments ADD COLUMN released_for TIMESTAMP WITH TIME ZONE")
