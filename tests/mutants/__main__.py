"""``python -m mutants NAME -- MODULE ARGUMENT…``: runs the module with the mutant applied, in it and its children."""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from pathlib import Path

from mutants.catalogue import MUTANTS
from mutants.edit import TargetGone, install
from mutants.infect import infect


def main() -> None:
    name, _, module, *arguments = [*sys.argv[1:], "", "", ""][: max(3, len(sys.argv) - 1)]
    if name not in MUTANTS or sys.argv[2:3] != ["--"] or not module:
        sys.exit(f"usage: python -m mutants NAME -- MODULE ARGUMENT…, where NAME is one of {', '.join(MUTANTS)}")
    try:
        install(MUTANTS[name].edit)
    except TargetGone as gone:
        sys.exit(f"{name} does not fit the code any more: {gone}")
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        os.environ["PYTHONPATH"] = infect([MUTANTS[name].edit], Path(folder))
        sys.path.append(folder)  # who hands on our path instead of our environment hands it on, too
        if ".migrations." in MUTANTS[name].edit.module:
            migrate_templates_anew(name)
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def migrate_templates_anew(name: str) -> None:
    """The tests' databases are copies of templates that runs share; what this run migrates must not be among them."""
    from chassis.testing import databases

    digest = databases._digest
    databases._digest = lambda package: f"{digest(package)}_{name.replace('-', '_')}"


if __name__ == "__main__":
    main()
