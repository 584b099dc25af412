"""Each guarantee that is taken away makes the test fail that is named for it; with the guarantee the same test passes.

A mutant that its test does not notice has survived, and fails here: either the test shows nothing, or the guarantee is
none.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mutants.catalogue import MUTANTS, Mutant

pytestmark = [pytest.mark.connected, pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
FAILED = 1
"""pytest's exit code when tests ran and some failed; other codes mean that none ran."""
Runs = dict[str, Future[subprocess.CompletedProcess[str]]]


@pytest.fixture(scope="module")
def runs(infra: Any) -> Iterator[Runs]:
    """All of them on the same servers, two at a time; without any mutant under the name ``none``."""
    with ThreadPoolExecutor(2) as pool:
        yield {
            "none": pool.submit(pytest_run, *(mutant.test for mutant in MUTANTS.values())),
            **{mutant.name: pool.submit(pytest_run, mutant.test, mutant=mutant.name) for mutant in MUTANTS.values()},
        }


def pytest_run(*tests: str, mutant: str | None = None) -> subprocess.CompletedProcess[str]:
    """Tests in a process of their own. What it runs is not our code: no line of it counts as covered."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "tests"), env.get("PYTHONPATH")]))
    with_mutant = ["mutants", mutant, "--", "pytest"] if mutant else ["pytest"]
    quietly = ["-q", "-p", "no:cacheprovider", "-o", "verbosity_assertions=2"]
    command = [sys.executable, "-m", *with_mutant, *quietly, *tests]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=300, check=False)


def test_with_every_guarantee_in_place_the_tests_pass(runs: Runs) -> None:
    run = runs["none"].result()
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda mutant: mutant.name)
def test_a_mutant_does_not_survive(runs: Runs, mutant: Mutant) -> None:
    run = runs[mutant.name].result()
    said = run.stdout[-6000:] + run.stderr[-2000:]
    assert run.returncode != 0, f"{mutant.name} survives: nobody notices it when no longer {mutant.takes_away}"
    assert run.returncode == FAILED, said
    assert re.search(mutant.shows, run.stdout), f"it failed, but not by showing {mutant.shows!r}:\n{said}"
