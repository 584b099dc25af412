"""When a parcel was last heard of, whatever the scan did to it: what is silent for too long is late."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE shipments ADD COLUMN seen_at TIMESTAMP WITH TIME ZONE")
    op.execute(
        "UPDATE shipments s SET seen_at = GREATEST(s.handed_over_at, s.moved_at, "
        "(SELECT max(c.at) FROM scans c WHERE c.tracking = s.tracking "
        "AND (c.carrier_id IS NULL OR c.carrier_id = s.carrier_id))) "
        "WHERE s.handed_over_at IS NOT NULL AND s.ended_at IS NULL"
    )
    op.execute(
        "CREATE INDEX shipments_on_the_road ON shipments (seen_at) WHERE ended_at IS NULL AND seen_at IS NOT NULL"
    )
