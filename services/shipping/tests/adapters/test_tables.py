"""What the code believes of its tables is what the migrations make."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from chassis.testing import Harness
from shipping.adapters.tables import metadata

pytestmark = pytest.mark.connected


async def test_tables_and_migrations_agree(harness: Harness) -> None:
    def compared(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with harness.runtime.engine.connect() as connection:
        assert await connection.run_sync(compared) == []
