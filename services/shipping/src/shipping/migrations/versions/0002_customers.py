"""Whose phone belongs to which customer, so that who asks to be forgotten is found."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE customers (
        customer_id UUID NOT NULL PRIMARY KEY,
        phone TEXT,
        erased_at TIMESTAMP WITH TIME ZONE,
        former_phone TEXT,
        version BIGINT NOT NULL
    )
    """,
    "CREATE INDEX customers_erased ON customers (customer_id) WHERE former_phone IS NOT NULL",
    """
    CREATE INDEX consignments_phone ON consignments ((terms -> 'receiver' ->> 'phone')) WHERE shipment_id IS NULL
    """,
    """
    CREATE FUNCTION remember_former_phone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.erased_at IS NOT NULL AND NEW.former_phone IS NULL THEN
            NEW.former_phone := OLD.phone;
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    COMMENT ON FUNCTION remember_former_phone IS
    'An erased customer has no phone any more, yet by it alone are the parcels found; kept until they are anonymised.'
    """,
    """
    CREATE TRIGGER customers_erased BEFORE UPDATE ON customers
    FOR EACH ROW WHEN (OLD.phone IS NOT NULL AND NEW.phone IS NULL) EXECUTE FUNCTION remember_former_phone()
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
