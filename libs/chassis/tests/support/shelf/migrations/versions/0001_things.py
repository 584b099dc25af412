"""Things on a shelf."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        "CREATE TABLE thing (id uuid PRIMARY KEY, name text NOT NULL, store text NOT NULL, version bigint NOT NULL, "
        "age integer NOT NULL DEFAULT 0)"
    )
    op.execute("CREATE TABLE trace (at timestamptz NOT NULL DEFAULT clock_timestamp(), what text NOT NULL)")
