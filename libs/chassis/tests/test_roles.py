import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.security import Principal, mint, new_key, public_keys
from chassis.testing import eventually

pytestmark = pytest.mark.processes
SUPPORT = Path(__file__).parent / "support"


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Running:
    """``python -m shelf ROLE`` with everything it needs from outside, which may be nothing."""

    def __init__(self, role: str, folder: Path, database_url: str, **further: str) -> None:
        self.api, self.consume, self.relay = free_ports(3)
        self.key = new_key("k1")
        keys = folder / "keys.json"
        keys.write_text(json.dumps(public_keys([self.key])))
        given = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP": "127.0.0.1:9",
            "HTTP_PORT": str(self.api),
            "CONSUME_PORT": str(self.consume),
            "RELAY_PORT": str(self.relay),
            "TRUSTED_KEYS_FILE": str(keys),
        } | further
        env = os.environ | {f"SHELF_{name}": value for name, value in given.items()}
        env["PYTHONPATH"] = os.pathsep.join([str(SUPPORT), *sys.path])
        self.log = folder / f"{role}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "shelf", role], env=env, stdout=out, stderr=subprocess.STDOUT
            )

    def token(self, *permissions: str) -> dict[str, str]:
        principal = Principal(subject="an", permissions=frozenset(permissions))
        return {"authorization": f"Bearer {mint(self.key, principal, 'shelf')}"}

    def get(self, port: int, path: str) -> httpx2.Response:
        return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=5)

    def answers(self, port: int, path: str = "/health/live") -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get(port, path).status_code == 200
        except httpx2.HTTPError:
            return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def start(role: str, database_url: str = "postgresql://nobody@127.0.0.1:9/none", **further: str) -> Running:
        made.append(Running(role, tmp_path, database_url, **further))
        return made[-1]

    yield start
    for each in made:
        each.process.kill()
        each.process.wait()


def until(condition: Callable[[], Any], within: float = 90) -> Any:
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def test_every_role_starts_and_lives_with_kafka_and_postgresql_absent(running):
    all_of_it = running("all")
    ports = (all_of_it.api, all_of_it.consume, all_of_it.relay)

    until(lambda: all(all_of_it.answers(port) for port in ports))
    time.sleep(1.5)

    assert all(all_of_it.answers(port) for port in ports)
    ready = [all_of_it.get(port, "/health/ready") for port in ports]
    assert {each.status_code for each in ready} == {503}
    assert [each.json()["role"] for each in ready] == ["api", "consume", "relay"]
    assert {tuple(each.json()["restarts"].values()) for each in ready} == {(0, 0, 0)}
    answer = httpx2.post(
        f"http://127.0.0.1:{all_of_it.api}/things", json={"name": "jar"}, headers=all_of_it.token("things:write")
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "database-away")


def test_every_role_tells_how_it_is_and_each_process_what_it_counts_once(running):
    all_of_it = running("all")
    ports = (all_of_it.api, all_of_it.consume, all_of_it.relay)
    until(lambda: all(all_of_it.answers(port) for port in ports))

    told = [all_of_it.get(port, "/metrics").text for port in ports]

    assert ["chassis_activity_troubled" in each for each in told] == [True, True, True]
    assert ["spans_total" in each for each in told] == [True, True, False]


def test_asked_to_stop_all_end_quickly_without_a_trace_of_trouble(running):
    all_of_it = running("all")
    until(lambda: all(all_of_it.answers(port) for port in (all_of_it.api, all_of_it.consume, all_of_it.relay)))

    begun = time.monotonic()
    all_of_it.process.send_signal(signal.SIGTERM)

    assert all_of_it.process.wait(25) == 0
    assert time.monotonic() - begun < 20
    lines = [json.loads(line) for line in all_of_it.log.read_text().splitlines()]
    ours = [line for line in lines if line["logger"] in ("chassis.supervisor", "chassis.roles")]
    assert [line for line in ours if line["level"] != "info"] == []


@pytest.mark.connected
async def test_no_role_imports_anything_after_the_fork_which_it_would_then_hold_alone(
    running, kafka, database_for: Callable[[str], Awaitable[str]]
):
    await kafka.make("gateway.identity.v1", compacted=True)
    broker = {name.upper(): value for name, value in kafka.settings.items() if value is not None}
    url = await database_for("shelf")
    all_of_it = running("all", url, OTLP_ENDPOINT="http://127.0.0.1:9", LOG_LEVEL="DEBUG", **broker)
    for port in (all_of_it.api, all_of_it.consume, all_of_it.relay):
        until(lambda port=port: all_of_it.answers(port, "/health/ready"))
    made = httpx2.post(
        f"http://127.0.0.1:{all_of_it.api}/things", json={"name": "jar"}, headers=all_of_it.token("things:write")
    )
    assert made.status_code == 201

    all_of_it.process.send_signal(signal.SIGTERM)
    assert all_of_it.process.wait(25) == 0

    lines = [json.loads(line) for line in all_of_it.log.read_text().splitlines()]
    late = {line["role"]: line["modules"] for line in lines if line["event"] == "imported after the fork"}
    assert late == {"api": [], "consume+relay": []}


@pytest.mark.connected
async def test_a_killed_api_is_back_and_serves_from_the_same_database(
    running, database_for: Callable[[str], Awaitable[str]]
):
    url = await database_for("shelf")
    all_of_it = running("all", url)
    until(lambda: all_of_it.answers(all_of_it.api, "/health/ready"))
    made = httpx2.post(
        f"http://127.0.0.1:{all_of_it.api}/things", json={"name": "jar"}, headers=all_of_it.token("things:write")
    )

    (pid,) = _listeners(all_of_it.process.pid, all_of_it.api)
    assert _listeners(all_of_it.process.pid, all_of_it.consume) != [pid]
    os.kill(pid, signal.SIGKILL)

    ready = until(lambda: _restarted(all_of_it))
    assert ready["restarts"] == {"api": 1, "consume": 0, "relay": 0}
    shown = httpx2.get(
        f"http://127.0.0.1:{all_of_it.api}/things/{made.json()['id']}", headers=all_of_it.token("things:read")
    )
    assert shown.json()["name"] == "jar"


def _restarted(all_of_it: Running) -> Any:
    try:
        ready = all_of_it.get(all_of_it.api, "/health/ready")
    except httpx2.HTTPError:
        return None
    return ready.json() if ready.status_code == 200 and ready.json()["restarts"]["api"] else None


def _listeners(parent: int, port: int) -> list[int]:
    """The children of ``parent`` that listen on ``port``."""
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    }
    children = [int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return [
        pid
        for pid in children
        if any(
            target.is_symlink() and str(target.readlink()).removeprefix("socket:[").rstrip("]") in inodes
            for target in Path(f"/proc/{pid}/fd").iterdir()
        )
    ]


@pytest.mark.connected
async def test_a_job_whose_process_is_killed_is_finished_by_the_next_one(
    running, database_for: Callable[[str], Awaitable[str]]
):
    import asyncpg

    url = await database_for("shelf")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "INSERT INTO thing (id, name, store, version) "
            "SELECT gen_random_uuid(), 'x', 'CH1', 1 FROM generate_series(1, 25)"
        )
        await connection.execute(
            "INSERT INTO chassis.job (name, requested_at, requested_by) VALUES ('age', now(), 't')"
        )
        first = running("consume", url)
        await eventually(lambda: connection.fetchval("SELECT count(*) > 3 FROM thing WHERE age = 1"), within=120)
        first.process.kill()
        assert await connection.fetchval("SELECT count(*) FROM thing WHERE age = 0") > 0

        running("consume", url)

        done = "SELECT state = 'done' FROM chassis.job_run WHERE job = 'age'"
        await eventually(lambda: connection.fetchval(done), within=120)
        assert await connection.fetchval("SELECT max(age) FROM thing") == 1
        assert await connection.fetchval("SELECT min(age) FROM thing") == 1
        assert await connection.fetchval("SELECT attempts FROM chassis.job_run WHERE job = 'age'") == 2
    finally:
        await connection.close()


@pytest.mark.connected
async def test_migrate_brings_an_empty_database_to_what_the_code_expects(running, infra):
    import secrets

    import asyncpg

    name = f"test_migrate_{secrets.token_hex(4)}"
    server = await asyncpg.connect(infra.postgres.url("postgres"))
    await server.execute(f'CREATE DATABASE "{name}"')
    try:
        migrating = running("migrate", infra.postgres.url(name))
        assert migrating.process.wait(60) == 0, migrating.log.read_text()
        made = await asyncpg.connect(infra.postgres.url(name))
        assert await made.fetchval("SELECT count(*) FROM thing") == 0
        assert await made.fetchval("SELECT count(*) FROM chassis.idempotency") == 0
        await made.close()
    finally:
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.close()


def told(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(SUPPORT), *sys.path])
    return subprocess.run(
        [sys.executable, "-m", "shelf", *arguments],
        env=os.environ | {"PYTHONPATH": path} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_topics_tells_what_the_service_says_and_reads():
    says = json.loads(told("topics").stdout)

    assert says["service"] == "shelf"
    assert says["publishes"] == []
    assert says["reads"] == [
        {
            "topic": "gateway.identity.v1",
            "as": "copy",
            "name": "identity",
            "group": "shelf.identity",
            "by_partner": False,
            "handles": ["identity.changed"],
        }
    ]


def test_an_unknown_role_and_a_wrong_setting_are_one_sentence():
    unknown, wrong = told("serve"), told("api", SHELF_HTTP_PORT="many", SHELF_TRACE_RATIO="7")

    assert (unknown.returncode, wrong.returncode) == (1, 1)
    assert unknown.stderr.startswith("usage: python -m shelf api | consume | relay")
    assert "SHELF_HTTP_PORT" in wrong.stderr
    assert "SHELF_TRACE_RATIO" in wrong.stderr
    assert "Traceback" not in wrong.stderr
