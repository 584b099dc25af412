"""A whole stack for one test run: ports, data and passwords of its own, driven as a person would at the keyboard."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devkit.native.ports import OURS, is_free
from devkit.stack.home import PORTS_IN_ALL, Home


class OwnStack:
    """``folder`` becomes its GANH_HOME; ``env`` are further variables, e.g. ``GANH_CLOCK_FILE``."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.base = _free_base()
        self.env = os.environ | {"GANH_HOME": str(folder), "GANH_PORT_BASE": str(self.base)} | env

    @property
    def home(self) -> Home:
        """Its ports, passwords and files; for :class:`devkit.caller.Caller` and the like."""
        return Home(self.folder)

    def dev(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``./dev`` with these words; its output as text."""
        return subprocess.run(self._command(words), capture_output=True, text=True, check=False, env=self.env)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """``./dev`` with these words, going on; what it says can be read from ``stdout``."""
        return subprocess.Popen(
            self._command(words),
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        """What ``./dev status --json`` says."""
        found: dict[str, Any] = json.loads(self.dev("status", "--json").stdout)
        return found

    def processes(self) -> list[str]:
        """The command lines of all that was started for it, by it, or names its folder."""
        mark, found = str(self.folder).encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                line = (process / "cmdline").read_bytes()
                if mark in line + (process / "environ").read_bytes() and int(process.name) != os.getpid():
                    found.append(line.replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    @staticmethod
    def _command(words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "devkit", *words]


def _free_base() -> int:
    candidates = random.sample(OURS[::200], 50)
    return next(base for base in candidates if all(is_free(port) for port in range(base, base + PORTS_IN_ALL)))
