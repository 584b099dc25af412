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
    """Print a row per package with a floor; False if one is below it, or none was measured.

    The others are not shown: what they do with servers runs where a service's wheel is alone, and is not counted.
    """
    tallies = tally(_report(root))
    table = Table("package", "lines", "covered", box=None, title=f"Coverage, at least {FLOOR} %", title_justify="left")
    held = {package: counted for package, counted in sorted(tallies.items()) if has_floor(package)}
    for package, counted in held.items():
        colour = "red" if counted.percent < FLOOR else "default"
        table.add_row(package, str(counted.lines), f"[{colour}]{counted.percent:.1f} %[/]")
    console.print(table)
    return bool(held) and all(counted.percent >= FLOOR for counted in held.values())


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
