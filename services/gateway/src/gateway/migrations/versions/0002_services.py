"""What the services last said about themselves: a service that is down keeps its routes."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE service_documents (
        service text PRIMARY KEY,
        digest text NOT NULL,
        document jsonb NOT NULL,
        fetched_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """)
