"""Each test has a cluster of its own; none takes a second."""

import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from devkit.native.ports import free_ports
from devkit.native.postgres import Postgres, binary
from devkit.native.process import Running
from devkit.trouble import Trouble

pytestmark = pytest.mark.connected


@pytest.fixture
def postgres(tmp_path: Path):
    [port] = free_ports(1)
    cluster = Postgres(tmp_path / "postgres", port, "s3cret", durable=False)
    yield cluster
    cluster.stop()


def version(cluster: Postgres) -> str:
    return str(cluster.run(lambda connection: connection.fetchval("SHOW server_version")))


def test_it_starts_from_nothing_and_answers(postgres):
    postgres.start()

    assert version(postgres).startswith("18.")


def test_starting_a_running_one_is_nothing(postgres):
    postgres.start()
    before = postgres.daemon.find()
    postgres.start()

    assert postgres.daemon.find() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as somebody else")
def test_as_root_it_runs_as_somebody_else(postgres):
    postgres.start()

    assert Path(f"/proc/{postgres.daemon.find().pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="a folder only root may enter")
def test_it_works_below_a_folder_only_root_may_enter_and_leaves_its_mode(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = binary("postgres").parents[2]
    for part in (package, package.with_suffix(".libs")):  # the programs look for their libraries beside the package
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.setenv("GANH_POSTGRES_BIN", str(closed / binary("postgres").parent.relative_to(package.parent)))
    [port] = free_ports(1)
    cluster = Postgres(closed / "deep" / "postgres", port, "s3cret", durable=False)
    try:
        cluster.start()

        assert version(cluster)
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        cluster.stop()


def test_a_half_made_data_folder_is_made_anew(postgres):
    (postgres.folder / "data" / "base").mkdir(parents=True)
    (postgres.folder / "coming").mkdir()

    postgres.start()

    assert version(postgres)


def test_data_of_another_major_version_is_left_alone(postgres):
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(Trouble, match="was made by PostgreSQL 17"):
        postgres.start()
    assert (postgres.data / "PG_VERSION").read_text() == "17\n"


def test_what_was_committed_survives_a_kill(postgres):
    postgres = replace(postgres, durable=True)
    postgres.start()
    postgres.run(lambda connection: connection.execute("CREATE TABLE kept AS SELECT 1"))
    running = postgres.daemon.find()
    os.kill(running.pid, signal.SIGKILL)
    while running.alive:
        pass

    postgres.start()

    assert postgres.run(lambda connection: connection.fetchval("SELECT count(*) FROM kept")) == 1


def test_a_server_whose_pid_file_was_lost_is_taken_over(postgres):
    postgres.start()
    lost = postgres.daemon.find()
    postgres.daemon.forget()

    postgres.start()

    assert not lost.alive
    assert version(postgres)


def test_a_lock_file_that_names_a_strangers_process_is_no_obstacle(postgres):
    postgres.start()
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (postgres.data / "postmaster.pid").write_text(f"{stranger.pid}\n{postgres.data}\n")

        postgres.start()

        assert version(postgres)
        assert Running.of(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()
