"""`./dev up` as a person types it, on ports and in a folder of its own."""

import asyncio
import json
import os
import signal
import socket
import time

import asyncpg
import httpx2
import pytest

from devkit.native.ports import LOCALHOST
from devkit.stack.own import OwnStack

pytestmark = [pytest.mark.connected, pytest.mark.system]

UP = ("up", "--only", "orders", "--empty", "--no-tracing")


@pytest.fixture
def stack(tmp_path):
    made = OwnStack(tmp_path / "stack")
    yield made
    made.dev("down")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One stack that is up, for tests that leave it up."""
    made = OwnStack(tmp_path_factory.mktemp("running") / "stack")
    started = made.dev(*UP, "--detach")
    assert started.returncode == 0, started.stdout + started.stderr
    yield made
    made.dev("down")


def rows(stack: OwnStack, *names: str) -> list[dict]:
    return [row for row in stack.status()["processes"] if row["name"] in names]


def wait_until(condition, patience: float = 180.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_role_of_every_service_answers_that_it_is_ready(running):
    assert httpx2.get(f"http://127.0.0.1:{running.base}/health/ready").status_code == 200
    assert running.status()["ready"]


def test_a_second_up_says_that_it_is_up_and_changes_nothing(running):
    before = {row["name"]: row["pid"] for row in running.status()["processes"]}
    second = running.dev(*UP, "--detach")

    assert second.returncode == 0
    assert "It is up already." in second.stdout
    assert {row["name"]: row["pid"] for row in running.status()["processes"]} == before


def test_what_is_killed_comes_back_and_is_counted(running):
    names = ("orders", "postgres", "kafka-1")
    before = {row["name"]: row["restarts"] for row in rows(running, *names)}
    for row in rows(running, *names):
        os.kill(row["pid"], signal.SIGKILL)

    wait_until(
        lambda: all(row["restarts"] > before[row["name"]] and row["state"] == "ready" for row in rows(running, *names))
    )


def test_what_was_stopped_by_hand_stays_away_until_it_is_started(running):
    running.dev("stop", "orders")
    assert [row["state"] for row in rows(running, "orders")] == ["stopped by hand"]

    running.dev("start", "orders")
    wait_until(lambda: [row["state"] for row in rows(running, "orders")] == ["ready"])


def test_no_service_can_connect_to_anothers_database(running):
    """With the very login that the service has."""
    settings = dict(
        line.split("=", 1) for line in (running.folder / "env" / "orders.env").read_text().splitlines() if line
    )
    own = settings["ORDERS_DATABASE_URL"].strip("'")

    async def connect(url: str) -> None:
        await (await asyncpg.connect(url)).close()

    asyncio.run(connect(own))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(connect(own.removesuffix("/orders") + "/gateway"))


@pytest.mark.slow
def test_ctrl_c_stops_everything_that_was_started_over_the_ruins_of_another_start(stack):
    run = stack.folder / "run"
    run.mkdir(parents=True)
    for name in ("supervisor", "postgres", "kafka-1", "orders"):
        (run / f"{name}.pid").write_text('{"pid": 1, "ticks": 1}')
    (stack.folder / "postgres" / "data" / "base").mkdir(parents=True)
    (stack.folder / "kafka" / "data-1").mkdir(parents=True)
    (stack.folder / "plan.json").write_text('{"base": ')

    told = []
    with stack.start(*UP) as foreground:
        for line in foreground.stdout:
            told.append(line)
            if "Ctrl-C stops everything" in line:
                foreground.send_signal(signal.SIGINT)
        assert foreground.wait(60) == 0, "".join(told)

    assert stack.processes() == []
    assert stack.dev("down").stdout.strip() == "Nothing runs."


@pytest.mark.slow
def test_a_stack_whose_supervisor_was_killed_is_taken_over_and_taken_down(stack):
    assert stack.dev(*UP, "--detach").returncode == 0
    supervisor = json.loads((stack.folder / "run" / "supervisor.pid").read_text())["pid"]
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: stack.status()["supervised"] is False)

    assert stack.dev(*UP, "--detach").returncode == 0
    assert stack.status()["ready"]
    assert stack.dev("down").returncode == 0
    assert stack.processes() == []


def test_a_taken_port_is_one_sentence_that_names_it(stack):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((LOCALHOST, stack.base))
        taken.listen()
        done = stack.dev(*UP, "--detach")

    assert done.returncode == 1
    assert f"Port {stack.base}, meant for gateway, is taken by process {os.getpid()}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert stack.processes() == []


@pytest.mark.parametrize("brokers", ["2", "5"])
def test_a_number_of_brokers_that_makes_no_sense_is_refused(stack, brokers):
    done = stack.dev("up", "--brokers", brokers)

    assert done.returncode == 1
    assert "--brokers takes 1 or 3" in done.stdout
