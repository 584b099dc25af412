"""``python -m crashes POINT[:N] -- MODULE ARGUMENT…``: runs the module; it dies at its N-th arrival at the point."""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from pathlib import Path

from crashes.edits import deadly, points
from crashes.traps import Trap, Traps
from mutants.edit import install
from mutants.infect import infect


def main() -> None:
    where, _, arrival = (sys.argv[1:2] or [""])[0].partition(":")
    known = points()
    if where not in known or sys.argv[2:3] != ["--"] or len(sys.argv) < 4 or not (arrival or "1").isdigit():
        sys.exit(f"usage: python -m crashes POINT[:N] -- MODULE ARGUMENT…, where POINT is one of {', '.join(known)}")
    with tempfile.TemporaryDirectory(prefix="crash-") as scratch:
        folder = Path(scratch)
        Traps(folder).lay(Trap("", where, arrival=int(arrival or 1)))
        install(deadly(folder))
        os.environ["PYTHONPATH"] = infect([deadly(folder)], folder)
        sys.argv = sys.argv[3:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
