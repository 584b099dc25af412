"""What Alembic runs for every service: on the connection that the migrate role holds, one transaction per revision."""

from alembic import context

from chassis import hooks

context.configure(
    connection=context.config.attributes["connection"],
    version_table="service_migration",
    version_table_schema="chassis",
    transaction_per_migration=True,
    on_version_apply=lambda **_: hooks.reach("migration-before-commit"),
)
with context.begin_transaction():
    context.run_migrations()
