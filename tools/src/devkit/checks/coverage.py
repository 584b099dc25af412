"""How much of each package the tests run; the chassis and the domains have a floor."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from devkit.steps import console

FLOOR = 95.0


@dataclass
class Tally:
    """Lines that could run, and lines that did."""

    lines: int = 0
    covered: int = 0

    @property
    def percent(self) -> float:
        return 100.0 * self.covered / self.lines if self.lines else 100.0


def judge_coverage(root: Path) -> bool:
    """Print a row per package; False if one with a floor is below it."""
    tallies = tally(_report(root))
    table = Table("package", "lines", "covered", "floor", box=None, title="Coverage", title_justify="left")
    below = []
    for package, counted in sorted(tallies.items()):
        floor = FLOOR if has_floor(package) else None
        low = floor is not None and counted.percent < floor
        below += [package] if low else []
        colour = "red" if low else "default"
        table.add_row(
            package, str(counted.lines), f"[{colour}]{counted.percent:.1f} %[/]", "" if floor is None else f"{floor} %"
        )
    console.print(table)
    return not below


def has_floor(package: str) -> bool:
    return package == "chassis" or package.endswith(".domain")


def tally(files: Mapping[str, tuple[int, int]]) -> dict[str, Tally]:
    """File -> (lines, covered) as package -> tally; a service's domain counts by itself, too."""
    found: dict[str, Tally] = {}
    for file, (lines, covered) in files.items():
        for package in _packages(file):
            counted = found.setdefault(package, Tally())
            counted.lines += lines
            counted.covered += covered
    return found


def _packages(file: str) -> list[str]:
    _, inside, rest = file.partition("/src/")
    if not inside:
        return []
    name, *folders = rest.split("/")
    return [name, f"{name}.domain"] if folders[0] == "domain" else [name]


def _report(root: Path) -> dict[str, tuple[int, int]]:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-m", "coverage", "json", "-q", "-o", file.name]
        if subprocess.run(command, cwd=root, check=False).returncode:
            return {}
        report = json.loads(Path(file.name).read_text())
    return {
        name: (entry["summary"]["num_statements"], entry["summary"]["covered_lines"])
        for name, entry in report["files"].items()
    }
