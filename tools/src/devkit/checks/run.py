"""Runs one level: lint beside the tests, servers of its own, the slowest tests, coverage, and the clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from devkit import infra
from devkit.checks.coverage import judge_coverage
from devkit.checks.levels import Level, Part
from devkit.checks.lint import lint_all, show
from devkit.steps import console
from devkit.workspace import ROOT

NO_TESTS = 5
"""pytest's exit code when it selects none."""
ONE_TEST = 300
"""Seconds after which a test counts as hanging: it fails with the stack of every thread, and the others go on. A test
that needs longer says so: ``@pytest.mark.timeout(600)``."""
LAST_WORDS = 60.0
"""Seconds a run over its budget has to stop its servers and say what it knows, before it is killed."""


def run(level: Level) -> bool:
    """True if all passed within the budget."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ganh-test-") as scratch, ThreadPoolExecutor(1) as beside:
        linting = beside.submit(lint_all, ROOT) if level.lint else None
        with _servers(level, Path(scratch)) as env:
            outcomes = [_pytest(level, env, part, began + level.budget) for part in _parts(level)]
        passed = all(outcomes)
        for verdict in linting.result() if linting else ():
            show(verdict)
            passed = passed and verdict.passed
        if level.coverage:
            passed = judge_coverage(ROOT) and passed
    return _conclude(level, passed, time.monotonic() - began)


def _conclude(level: Level, passed: bool, seconds: float) -> bool:
    in_time = seconds <= level.budget
    if not in_time:
        console.print(f"[red]✗ {level.name} took {seconds:.0f} s and may take {level.budget:.0f} s.[/]")
    colour, word = ("green", "passed") if passed and in_time else ("red", "FAILED")
    console.print(f"[{colour}]./dev test ({level.name}) {word}[/] in {seconds:.0f} of {level.budget:.0f} s")
    return passed and in_time


@contextmanager
def _servers(level: Level, scratch: Path) -> Iterator[dict[str, str]]:
    """Servers for this run alone, unless ``GANH_INFRA`` names others; the environment that leads to them."""
    env = dict(os.environ)
    if not level.servers or "GANH_INFRA" in env:
        yield env
        return
    folder = scratch / "infra"
    infra.up(folder)
    try:
        yield env | {"GANH_INFRA": "external", "GANH_INFRA_FILE": str(folder / infra.STATE)}
    finally:
        infra.down(folder)


def _parts(level: Level) -> list[Part]:
    """The packages' tests, then those that drive whole stacks, one folder at a time, each with a process of its own: a
    stack that has served would else keep half a core busy until the last one is done."""
    if level.outside is None:
        return list(level.parts)
    outside = {file.relative_to(ROOT).parts[1] for file in (ROOT / "tests").glob("*/**/test_*.py")}
    return [*level.parts, *(Part((f"tests/{name}",), level.outside, spread=None) for name in sorted(outside))]


def _pytest(level: Level, env: dict[str, str], part: Part, deadline: float) -> bool:
    """``deadline`` in monotonic seconds: nothing that hangs may keep the run from telling its result."""
    spread = ["-n", "2", "--dist", part.spread] if part.spread else []
    cover = ["--cov", "--cov-append", "--cov-report="] if part.coverage else []
    command = [
        sys.executable, "-m", "pytest", "-q", "--durations=10", "--durations-min=0.1", f"--timeout={ONE_TEST}",
        "-m", part.marks, *spread, *cover, *part.paths,
    ]  # fmt: skip
    began = time.monotonic()
    child = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        return child.wait(max(0.0, deadline - time.monotonic())) in (0, NO_TESTS)
    except subprocess.TimeoutExpired:
        console.print(
            f"[red]✗ {' '.join(part.paths)}: stopped, since the budget of {level.budget:.0f} s is used up.[/]"
        )
        child.send_signal(signal.SIGINT)
        return False
    finally:
        _see_off(child)
        console.print(f"[dim]{' '.join(part.paths)}: {time.monotonic() - began:.0f} s[/]")


def _see_off(child: subprocess.Popen[bytes]) -> None:
    """Whoever was interrupted, by us or at the keyboard, stops what it started; then it ends for good."""
    try:
        child.wait(LAST_WORDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
