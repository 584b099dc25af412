import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

SCRIPT = """
import os, pathlib, signal, sys, time
from chassis import logs
from chassis.supervisor import Restarts, Supervisor

folder, mode = pathlib.Path(sys.argv[1]), sys.argv[2]
logs.configure("test", "all")

def note(text):
    with (folder / "log").open("a") as log:
        log.write(text + "\\n")

restarts = Restarts(["api", "consume", "relay"])

def serve(roles):
    (role,) = roles
    note(f"start {role} {os.getpid()} {restarts.counts()[role]}")
    if mode == "dies":
        return 3
    if mode == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: (note(f"end {role}"), sys.exit(0)))
    while True:
        time.sleep(0.05)

if mode == "deaf":
    from chassis import supervisor
    supervisor.DEADLINE = 0.5
sys.exit(Supervisor([["api"], ["consume"], ["relay"]], serve, restarts).run())
"""


class Run:
    def __init__(self, folder: Path, mode: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder), mode], stdout=subprocess.PIPE)

    def lines(self) -> list[str]:
        with suppress(FileNotFoundError):
            return (self.folder / "log").read_text().splitlines()
        return []

    def starts(self, role: str) -> list[int]:
        return [int(line.split()[2]) for line in self.lines() if line.startswith(f"start {role} ")]

    def children(self) -> list[int]:
        return [pid for role in ("api", "consume", "relay") for pid in self.starts(role)]


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    made: list[Run] = []

    def start(mode: str = "well") -> Run:
        run = Run(tmp_path, mode)
        made.append(run)
        until(lambda: all(run.starts(role) for role in ("api", "consume", "relay")))
        return run

    yield start
    for run in made:
        run.process.kill()
        run.process.wait()
        assert run.process.stdout is not None
        run.process.stdout.close()


def until(condition: Callable[[], object], within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_role_that_is_killed_is_started_again_and_counted_while_the_others_stay(supervised):
    run = supervised()
    others = run.starts("api") + run.starts("relay")

    os.kill(run.starts("consume")[0], signal.SIGKILL)

    until(lambda: len(run.starts("consume")) == 2)
    assert run.lines()[-1].split()[-1] == "1"
    assert run.starts("api") + run.starts("relay") == others


def test_a_role_that_ends_again_and_again_is_started_later_each_time(supervised):
    run = supervised("dies")
    begun = time.monotonic()

    until(lambda: len(run.starts("api")) == 4)

    assert time.monotonic() - begun > 0.5 + 1 + 2 - 0.5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_stop_it_ends_the_roles_in_their_order_and_leaves_none(supervised, number):
    run = supervised()

    run.process.send_signal(number)

    assert run.process.wait(30) == 0
    assert [line for line in run.lines() if line.startswith("end")] == ["end api", "end consume", "end relay"]
    assert not any(alive(pid) for pid in run.children())


def test_a_role_that_does_not_listen_is_killed_after_the_deadline(supervised):
    run = supervised("deaf")

    run.process.terminate()

    assert run.process.wait(30) == 1
    assert not any(alive(pid) for pid in run.children())


def test_a_supervisor_that_is_killed_leaves_no_process_behind(supervised):
    run = supervised()

    run.process.kill()

    until(lambda: not any(alive(pid) for pid in run.children()))
