import asyncpg
import pytest

from devkit.native.ports import free_ports
from devkit.native.postgres import Postgres
from devkit.stack.databases import make_databases

pytestmark = pytest.mark.connected

PASSWORDS = {"orders": "one", "inventory": "two"}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    [port] = free_ports(1)
    cluster = Postgres(tmp_path_factory.mktemp("cluster") / "postgres", port, "s3cret", durable=False)
    cluster.start()
    make_databases(cluster, PASSWORDS)
    yield cluster
    cluster.stop()


async def connected(cluster: Postgres, login: str, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=cluster.host, port=cluster.port, user=login, password=PASSWORDS[login], database=database
    )


async def test_a_login_makes_tables_and_extensions_in_its_own_database(postgres):
    connection = await connected(postgres, "orders", "orders")
    try:
        await connection.execute("CREATE TABLE own (id int); CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")
    finally:
        await connection.close()


@pytest.mark.parametrize("other", ["inventory", "postgres", "template1"])
async def test_a_login_cannot_connect_to_any_other_database(postgres, other):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await connected(postgres, "orders", other)


async def test_a_login_cannot_make_databases_or_logins(postgres):
    connection = await connected(postgres, "orders", "orders")
    try:
        for attempt in ("CREATE DATABASE more", "CREATE ROLE more", "ALTER ROLE inventory PASSWORD 'mine'"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(attempt)
    finally:
        await connection.close()


def test_making_them_again_only_sets_the_passwords(postgres):
    make_databases(postgres, PASSWORDS)
    make_databases(postgres, {**PASSWORDS, "crm": "three"})

    found = postgres.run(lambda connection: connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate"))
    assert {row["datname"] for row in found} == {"postgres", "orders", "inventory", "crm"}
