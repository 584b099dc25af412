"""`./dev up` as a person types it, on ports and in a folder of its own."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from devkit.native.ports import LOCALHOST, is_free
from devkit.stack.home import PORTS_IN_ALL

pytestmark = [pytest.mark.connected, pytest.mark.system]

UP = ("up", "--only", "orders", "--empty", "--no-tracing")


class Stack:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = next(base for base in random.sample(range(20000, 30000, 200), 50) if self._all_free(base))
        self.env = os.environ | {"GANH_HOME": str(folder), "GANH_PORT_BASE": str(self.base)}

    @staticmethod
    def _all_free(base: int) -> bool:
        return all(is_free(port) for port in range(base, base + PORTS_IN_ALL))

    def dev(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "devkit", *words], capture_output=True, text=True, check=False, env=self.env
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "devkit", *words],
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def status(self) -> dict:
        return json.loads(self.dev("status", "--json").stdout)

    def processes(self) -> list[str]:
        """Whatever names our folder or was started with it."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
                if str(self.folder).encode() in seen and int(process.name) != os.getpid():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found


@pytest.fixture
def stack(tmp_path):
    made = Stack(tmp_path / "stack")
    yield made
    made.dev("down")


def test_it_comes_up_says_so_the_second_time_and_goes_down_without_a_trace(stack):
    first = stack.dev(*UP, "--detach")
    assert first.returncode == 0, first.stdout
    assert httpx2.get(f"http://127.0.0.1:{stack.base}/health/ready").status_code == 200
    assert stack.status()["ready"]

    second = stack.dev(*UP, "--detach")
    assert second.returncode == 0
    assert "It is up already." in second.stdout

    assert stack.dev("down").returncode == 0
    assert stack.processes() == []
    assert stack.dev("down").stdout.strip() == "Nothing runs."


def test_what_is_killed_comes_back_and_is_counted(stack):
    assert stack.dev(*UP, "--detach").returncode == 0
    for name in ("orders", "postgres", "kafka-1"):
        [row] = [row for row in stack.status()["processes"] if row["name"] == name]
        os.kill(row["pid"], signal.SIGKILL)

    deadline = time.monotonic() + 60
    while not all(row["restarts"] and row["state"] == "ready" for row in rows(stack, "orders", "postgres", "kafka-1")):
        assert time.monotonic() < deadline, stack.status()


def rows(stack: Stack, *names: str) -> list[dict]:
    return [row for row in stack.status()["processes"] if row["name"] in names]


def test_what_was_stopped_by_hand_stays_away_until_it_is_started(stack):
    assert stack.dev(*UP, "--detach").returncode == 0
    stack.dev("stop", "orders")
    [row] = rows(stack, "orders")
    assert row["state"] == "stopped by hand"

    stack.dev("start", "orders")
    deadline = time.monotonic() + 30
    while rows(stack, "orders")[0]["state"] != "ready":
        assert time.monotonic() < deadline


def test_ctrl_c_stops_everything_and_leaves_nothing_behind(stack):
    running = stack.start(*UP)
    for line in running.stdout:
        if "Ctrl-C stops everything" in line:
            break
    running.send_signal(signal.SIGINT)

    assert running.wait(60) == 0
    running.stdout.close()
    assert stack.processes() == []


def test_a_supervisor_that_was_killed_leaves_a_stack_that_can_be_taken_down(stack):
    assert stack.dev(*UP, "--detach").returncode == 0
    supervisor = json.loads((stack.folder / "run" / "supervisor.pid").read_text())["pid"]
    os.kill(supervisor, signal.SIGKILL)
    assert stack.status()["supervised"] is False

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


def test_stale_pid_files_and_half_made_folders_are_no_obstacle(stack):
    run = stack.folder / "run"
    run.mkdir(parents=True)
    for name in ("supervisor", "postgres", "kafka-1", "orders"):
        (run / f"{name}.pid").write_text('{"pid": 1, "ticks": 1}')
    (stack.folder / "postgres" / "data" / "base").mkdir(parents=True)
    (stack.folder / "kafka" / "data-1").mkdir(parents=True)
    (stack.folder / "plan.json").write_text('{"base": ')

    done = stack.dev(*UP, "--detach")

    assert done.returncode == 0, done.stdout
