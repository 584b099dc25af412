"""``python -m mutants NAME -- MODULE ARGUMENT…``: runs the module with the mutant applied, in it and its children."""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from pathlib import Path

from mutants.catalogue import MUTANTS, Mutant
from mutants.edit import TargetGone, install


def main() -> None:
    name, _, module, *arguments = [*sys.argv[1:], "", "", ""][: max(3, len(sys.argv) - 1)]
    if name not in MUTANTS or sys.argv[2:3] != ["--"] or not module:
        sys.exit(f"usage: python -m mutants NAME -- MODULE ARGUMENT…, where NAME is one of {', '.join(MUTANTS)}")
    try:
        install(MUTANTS[name].edit)
    except TargetGone as gone:
        sys.exit(f"{name} does not fit the code any more: {gone}")
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        infect_children(MUTANTS[name], Path(folder))
        if ".migrations." in MUTANTS[name].edit.module:
            migrate_templates_anew(name)
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def infect_children(mutant: Mutant, folder: Path) -> None:
    """Every Python that is started from here, or from there in turn, begins by applying the mutant."""
    start = "import sys\nsys.path.append({path!r})\nfrom mutants import catalogue, edit\n"
    start += "edit.install(catalogue.MUTANTS[{name!r}].edit)\n"
    here = str(Path(__file__).resolve().parents[1])
    (folder / "sitecustomize.py").write_text(start.format(path=here, name=mutant.name))
    known = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *known])
    sys.path.append(str(folder))  # who hands on our path instead of our environment hands it on, too


def migrate_templates_anew(name: str) -> None:
    """The tests' databases are copies of templates that runs share; what this run migrates must not be among them."""
    from chassis.testing import databases

    digest = databases._digest
    databases._digest = lambda package: f"{digest(package)}_{name.replace('-', '_')}"


if __name__ == "__main__":
    main()
