"""Hands edits on to every Python process that is started with an environment of ours, and to those it starts in turn.

Python first of all runs a module called ``sitecustomize`` if it finds one on its path; ours has a folder of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from mutants.edit import Edit

TESTS = Path(__file__).resolve().parents[1]
_START = """
import sys

sys.path.append({tests!r})
from mutants.edit import Edit, install

for edit in {edits!r}:
    install(Edit(**edit))
"""


def infect(edits: Iterable[Edit], folder: Path) -> str:
    """The ``PYTHONPATH`` under which processes have these edits. Writes into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    edits = list(edits)
    for edit in edits:
        edit.of(edit.file().read_text())
    start = _START.format(tests=str(TESTS), edits=[asdict(edit) for edit in edits])
    (folder / "sitecustomize.py").write_text(start)
    known = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    return os.pathsep.join([str(folder), *known])
