"""What stands in place of ``chassis.hooks.reach``: looks whether somebody wants this process dead here.

A trap is a file in a folder. A process that fits takes it by renaming it, which only one can, leaves a note of how it
was caught, and kills itself: no ``finally``, no ``atexit``, no goodbye to any server.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from crashes import in_hand

_arrivals: Counter[str] = Counter()


def reach(point: str, folder: str) -> None:
    """Die if a trap in the folder is for this point, this service and what it has in hand."""
    said: list[str] | None = None
    for trap in sorted(Path(folder).glob("*.trap")):
        try:
            wanted = json.loads(trap.read_text())
        except FileNotFoundError:
            continue
        if wanted["point"] != point or wanted["service"] not in ("", service()):
            continue
        said = in_hand.describe(sys._getframe(1)) if said is None else said
        if wanted["about"] not in ("", *said):
            continue
        _arrivals[trap.name] += 1
        if _arrivals[trap.name] == wanted["arrival"]:
            _die_in(trap, {"point": point, "service": service(), "in_hand": said, "pid": os.getpid()})
    in_hand.remember(point, sys._getframe(1))


def _die_in(trap: Path, note: dict[str, Any]) -> None:
    try:
        taken = trap.rename(trap.with_suffix(".taken"))
    except FileNotFoundError:
        return  # another process was faster
    coming = trap.with_suffix(".coming")
    coming.write_text(json.dumps(note))
    coming.rename(trap.with_suffix(".dead"))
    taken.unlink()
    os.kill(os.getpid(), signal.SIGKILL)


def service() -> str:
    """The service whose role this is: ``orders`` in ``python -m orders consume``."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec.name.removesuffix(".__main__") if spec is not None else ""
