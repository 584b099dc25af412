"""What Alembic runs for every service: on the connection that the migrate role holds, one transaction per revision."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="service_migration",
    version_table_schema="chassis",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
