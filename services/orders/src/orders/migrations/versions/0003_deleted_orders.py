"""What a deleted order was before, so that it can be restored to it (ORD-15)."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE progress ADD COLUMN sales_before text")
    op.execute("""
        ALTER TABLE progress ADD CONSTRAINT deleted_from_somewhere
        CHECK ((sales = 'deleted') = (sales_before IS NOT NULL)) NOT VALID
    """)
    op.execute("ALTER TABLE progress VALIDATE CONSTRAINT deleted_from_somewhere")
