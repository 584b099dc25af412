"""Notes, rules and prices."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE note (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, what text NOT NULL,
            event_id text NOT NULL
        );
        """
    )
    op.execute("CREATE TABLE rule (key text PRIMARY KEY, what text NOT NULL)")
    op.execute(
        "CREATE TABLE price (sku text PRIMARY KEY, amount integer NOT NULL, labels text[] NOT NULL, "
        "version bigint NOT NULL)"
    )
