"""What customers' ids are made with: a secret of this database, so that nobody can tell a phone from an id."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE naming (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        salt bytea NOT NULL
    )
    """)
    op.execute(
        "COMMENT ON TABLE naming IS 'A customer''s id is made of his phone and this, as long as he is not erased.'"
    )
    op.execute("INSERT INTO naming (salt) SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())")
