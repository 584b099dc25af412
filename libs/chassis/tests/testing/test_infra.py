"""Where the tests' servers come from."""

import json
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import Databases, Infra, docker, infra


def test_external_servers_are_read_from_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = {
        "postgres": {"host": "h", "port": 1, "user": "u", "password": "p"},
        "kafka": {"bootstrap": "b:2", "username": None, "password": None, "security": "plaintext"},
    }
    file = tmp_path / "infra.json"
    file.write_text(json.dumps(described))
    monkeypatch.setenv("GANH_INFRA_FILE", str(file))
    found = infra.external()
    assert found.postgres.url("x") == "postgresql://u:p@h:1/x"
    assert found.kafka.bootstrap == "b:2"
    monkeypatch.delenv("GANH_INFRA_FILE")
    with pytest.raises(infra.InfraMissing, match="needs GANH_INFRA_FILE"):
        infra.external()


@pytest.mark.slow
async def test_containers_serve_as_well_as_processes() -> None:
    reason = docker.why_not()
    if reason is not None:
        pytest.skip(reason)
    with docker.started() as found:
        databases = Databases(found.postgres)
        assert await databases.make("pantry")
        await databases.drop_all()


def test_without_an_engine_containers_say_why_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(infra.InfraMissing, match="no container engine answers here"), docker.started():
        pass


@pytest.mark.connected
async def test_a_database_that_is_lent_again_is_as_migrations_left_it(infra: Infra) -> None:
    import asyncpg

    async def do(url: str, statement: str) -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    databases = Databases(infra.postgres)
    url = await databases.make("pantry")
    await do(url, "INSERT INTO note (key, what, event_id) VALUES ('a', 'b', 'c') RETURNING id")
    await do(url, "UPDATE chassis.relay_lease SET epoch = 7")
    databases.give_back(url)
    again = await databases.make("pantry")
    assert again == url
    assert await do(again, "SELECT count(*) FROM note") == 0
    assert await do(again, "SELECT max(epoch) FROM chassis.relay_lease") == 0
    assert await do(again, "INSERT INTO note (key, what, event_id) VALUES ('a', 'b', 'c') RETURNING id") == 1
    await do(again, "ALTER TABLE note ADD COLUMN more text")
    databases.give_back(again)
    assert await databases.make("pantry") != url
    await databases.drop_all()
