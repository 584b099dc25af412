"""What is edited in a process that shall die, and in all others of its stack."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import get_args

from mutants.edit import Edit

IMPATIENT = (
    Edit(module="chassis.supervisor", within="SETTLED", old="SETTLED = 60.0", new="SETTLED = 0.0"),
    Edit(
        module="chassis.settings",
        within="ServiceSettings",
        old="lease_time: float = Field(default=10, gt=0)",
        new="lease_time: float = Field(default=2, gt=0)",
    ),
    Edit(
        module="chassis.kafka",
        within="subscriber",
        old="session_timeout_ms=15_000,\nheartbeat_interval_ms=3_000,",
        new="session_timeout_ms=6_000,\nheartbeat_interval_ms=1_500,",
    ),
    Edit(module="chassis.replays", within="_LEASE", old="_LEASE = 60", new="_LEASE = 3"),
)
"""Who outlives a dead process waits seconds for what that one held, and is started again at once however often it dies.
Times only: what is done stays what it is."""


def deadly(folder: Path) -> Edit:
    """``chassis.hooks.reach`` looks for traps in this folder."""
    return Edit(
        module="chassis.hooks",
        within="reach",
        old='"""The process has come to ``point``."""',
        new=f"from crashes import plug\n\nplug.reach(point, {str(folder)!r})",
    )


def points() -> tuple[str, ...]:
    """All that the chassis names, read without importing the chassis."""
    return get_args(runpy.run_path(str(deadly(Path()).file()))["Point"])
