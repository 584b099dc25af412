"""The checks that need no server: style, types, import rules, and files that are generated."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devkit.steps import console
from devkit.workspace import ROOT

_FOLDERS = [
    *sorted(ROOT.glob("libs/*/src")),
    *sorted(ROOT.glob("services/*/src")),
    ROOT / "tools/src",
    ROOT / "tests/mutants",
    ROOT / "tests/crashes",
]
SOURCES = [str(folder.relative_to(ROOT)) for folder in _FOLDERS]
CHECKS = {
    "ruff": ["-m", "ruff", "check", "--quiet", "."],
    "mypy": ["-m", "mypy", "--no-error-summary", *SOURCES],
    "import rules": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "contracts and generated files": ["-m", "devkit", "contracts", "check"],
}
SHOWN = 6000


@dataclass(frozen=True)
class Verdict:
    """What one check said."""

    name: str
    passed: bool
    seconds: float
    says: str


def lint_all(root: Path) -> list[Verdict]:
    """All checks, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda name: check(root, name), CHECKS))


def check(root: Path, name: str) -> Verdict:
    began = time.monotonic()
    done = subprocess.run([sys.executable, *CHECKS[name]], capture_output=True, text=True, check=False, cwd=root)
    return Verdict(name, done.returncode == 0, time.monotonic() - began, (done.stdout + done.stderr).strip())


def show(verdict: Verdict) -> None:
    """One line, and below it what the check had to say if it failed."""
    mark = "[green]✓[/]" if verdict.passed else "[red]✗[/]"
    console.print(f"{mark} {verdict.name} [dim]{verdict.seconds:.1f} s[/]")
    if not verdict.passed:
        console.print(verdict.says[-SHOWN:], markup=False, soft_wrap=True)
