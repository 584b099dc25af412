"""When a customer was reminded of money that was to come in advance (ORD-16)."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE progress ADD COLUMN reminded_at timestamptz")
