"""A trap kills whoever fits, once, without a goodbye, and nobody else."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crashes.edits import IMPATIENT, deadly, points
from crashes.traps import Trap, Traps
from mutants.infect import TESTS, infect

ARRIVING = """
import atexit, sys
from chassis import hooks

atexit.register(print, "goodbye")
for number in range(3):
    hooks.reach("commit-before-wake")
    print(number, flush=True)
"""


def run(*command: str, path: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": path}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=env, timeout=60, check=False)


@pytest.fixture
def arriving(tmp_path: Path) -> str:
    """The path on which a module comes to a point three times."""
    (tmp_path / "arriving.py").write_text(ARRIVING)
    return os.pathsep.join([str(TESTS), str(tmp_path)])


@pytest.mark.parametrize(("where", "came_to"), [("commit-before-wake", []), ("commit-before-wake:3", ["0", "1"])])
def test_it_dies_at_the_arrival_that_was_asked_for(arriving: str, where: str, came_to: list[str]) -> None:
    done = run("-m", "crashes", where, "--", "arriving", path=arriving)
    assert (done.returncode, done.stdout.split()) == (-signal.SIGKILL, came_to), done.stderr


def test_at_another_point_it_lives(arriving: str) -> None:
    done = run("-m", "crashes", "ack-before-delete", "--", "arriving", path=arriving)
    assert (done.returncode, done.stdout.split()) == (0, ["0", "1", "2", "goodbye"]), done.stderr


@pytest.mark.parametrize("words", [["nowhere", "--", "orders"], ["commit-before-wake", "orders"], []])
def test_a_call_that_makes_no_sense_tells_the_usage(words: list[str]) -> None:
    done = run("-m", "crashes", *words, path=str(TESTS))
    assert done.returncode == 1
    assert "usage: python -m crashes POINT[:N] -- MODULE" in done.stderr


def test_a_trap_kills_one_process_and_says_which(tmp_path: Path) -> None:
    traps = Traps(tmp_path / "traps")
    traps.folder.mkdir()
    (tmp_path / "arriving.py").write_text(ARRIVING)
    path = os.pathsep.join([infect([deadly(traps.folder), *IMPATIENT], tmp_path / "edits"), str(tmp_path)])
    other, mine = (traps.lay(Trap(service, "commit-before-wake")) for service in ("orders", "arriving"))

    first, second = (run("-m", "arriving", path=path) for _ in range(2))

    assert (first.returncode, second.returncode) == (-signal.SIGKILL, 0), first.stderr + second.stderr
    note = json.loads(mine.read_text())
    assert (note["service"], note["point"], note["in_hand"]) == ("arriving", "commit-before-wake", [])
    assert not other.exists()


def test_the_stories_wait_for_routes_and_events_that_there_are() -> None:
    sources = [file.read_text() for top in ("libs", "services") for file in (TESTS.parent / top).glob("*/src/**/*.py")]
    product = "\n".join(sources)
    story = ast.parse((TESTS / "crashes" / "stories.py").read_text())
    said = [each.value for each in ast.walk(story) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    waited_for = [words.split()[-1] for words in said if re.fullmatch(r"POST /\S+|sends \S+|\S+ <- \S+", words)]
    assert len(waited_for) > 30
    assert [words for words in waited_for if f'"{words}"' not in product] == []


def test_the_points_are_those_of_the_chassis() -> None:
    from typing import get_args

    from chassis.hooks import Point

    assert points() == get_args(Point)
