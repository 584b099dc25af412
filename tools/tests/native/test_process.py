import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.native.process import Daemon, Running, end

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)",
]


@pytest.fixture
def daemon(tmp_path: Path):
    one = Daemon("sleeper", tmp_path)
    yield one
    one.stop(patience=1)


def test_a_started_process_is_found_by_whoever_has_the_folder(daemon, tmp_path):
    started = daemon.start(SLEEPER)

    assert Daemon("sleeper", tmp_path).find() == started


def test_a_stopped_process_is_gone(daemon):
    started = daemon.start(SLEEPER)

    assert daemon.stop()
    assert not started.alive
    assert daemon.find() is None


def test_a_pid_file_of_a_process_that_has_ended_is_stale(daemon, tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / "sleeper.pid").write_text(json.dumps({"pid": gone.pid, "ticks": 1}))

    assert daemon.find() is None
    assert not (tmp_path / "sleeper.pid").exists()


def test_another_process_that_got_the_same_pid_is_not_ours_and_lives_on(daemon, tmp_path):
    stranger = subprocess.Popen(SLEEPER)
    try:
        (tmp_path / "sleeper.pid").write_text(json.dumps({"pid": stranger.pid, "ticks": 1}))

        assert daemon.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("written", ["", "123", "{}", '{"pid": 1}', "no json"])
def test_a_pid_file_that_cannot_be_read_counts_as_none(daemon, tmp_path, written):
    (tmp_path / "sleeper.pid").write_text(written)

    assert daemon.find() is None


def test_a_process_that_does_not_listen_is_killed(daemon):
    started = daemon.start(STUBBORN)
    while "deaf" not in daemon.log_tail():
        assert started.alive

    assert daemon.stop(patience=0.2) is False
    assert not started.alive


def test_no_child_outlives_its_parent(daemon):
    daemon.start(PARENT)
    while not (child := daemon.log_tail().strip()):
        assert daemon.find()
    running = Running.of(int(child))
    assert running

    daemon.stop()

    assert not running.alive


def test_ending_a_process_that_has_just_ended_is_nothing(daemon):
    started = daemon.start(SLEEPER)
    os.kill(started.pid, signal.SIGKILL)
    while started.alive:
        pass

    assert end(started)
