"""Processes that outlive whoever started them, found again by a pid file.

A pid alone does not name a process: the number is used again. A pid file therefore also keeps the start time in clock
ticks since boot, and only a process with both is ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devkit.trouble import Trouble

_started_here: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Running:
    """A live process with the moment it began, so that it cannot be taken for another."""

    pid: int
    ticks: int

    @classmethod
    def of(cls, pid: int) -> Running | None:
        """The process with this pid, or None if there is none (a zombie is none)."""
        ticks = _start_ticks(pid)
        return None if ticks is None else cls(pid, ticks)

    @property
    def alive(self) -> bool:
        return _start_ticks(self.pid) == self.ticks


class Daemon:
    """One process with its own process group, a log and a pid file in ``folder``.

    Not with its own session: Linux shares processors out between sessions first (``sched_autogroup``), and how nice a
    process is counts only inside of one. In sessions of their own, the services' consumers would take the processors
    from the one API that somebody waits for.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"

    def find(self) -> Running | None:
        """Our process, if it lives; a stale pid file is removed on the way."""
        try:
            known = Running(**json.loads(self._pid_file.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            self._pid_file.unlink(missing_ok=True)
            return None
        if known.alive:
            return known
        self._pid_file.unlink(missing_ok=True)
        return None

    def adopt(self) -> None:
        """Make the process we are in this daemon, e.g. a supervisor in the foreground."""
        self._keep(Running(os.getpid(), _start_ticks(os.getpid()) or 0))

    def start(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> Running:
        """Start it detached. The log is appended to; the pid file is written before this returns."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                process_group=0, env=None if env is None else dict(env), cwd=cwd,
            )  # fmt: skip
        _started_here[child.pid] = child
        running = Running(child.pid, _start_ticks(child.pid) or 0)
        self._keep(running)
        return running

    def _keep(self, running: Running) -> None:
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.write_text(json.dumps({"pid": running.pid, "ticks": running.ticks}))

    def forget(self) -> None:
        self._pid_file.unlink(missing_ok=True)

    def ask_to_stop(self) -> None:
        """Only ask; :meth:`stop` then waits."""
        if (running := self.find()) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGTERM)

    def stop(self, *, ask: signal.Signals = signal.SIGTERM, patience: float = 20.0) -> bool:
        """Ask it to end, then end whatever is left of its group. False if it had to be forced."""
        running = self.find()
        if running is None:
            return True
        stopped_itself = end(running, ask=ask, patience=patience)
        self._pid_file.unlink(missing_ok=True)
        return stopped_itself

    def log_tail(self, lines: int = 15) -> str:
        """The last lines it wrote, for a person who asks why it ended."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def end(running: Running, *, ask: signal.Signals = signal.SIGTERM, patience: float = 20.0) -> bool:
    """Ask a group's leader to end, wait, then kill what remains of its process group. False if it was killed."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, ask)
    ended = _gone(running, patience)
    _kill_group(running.pid)
    if not ended and not _gone(running, 5.0):
        raise Trouble(f"Process {running.pid} does not end; look at it with `ps -fp {running.pid}`.")
    return ended


def _kill_group(leader: int) -> None:
    """Kill what the leader has left behind, and give it a moment to be gone."""
    deadline = time.monotonic() + 5.0
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
        while _group_lives(leader) and time.monotonic() < deadline:
            time.sleep(0.01)


def _group_lives(leader: int) -> bool:
    everybody = (_stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return any(fields[0] not in "ZX" and int(fields[2]) == leader for fields in everybody if fields)


def _gone(running: Running, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while running.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _start_ticks(pid: int) -> int | None:
    if (child := _started_here.get(pid)) is not None and child.poll() is not None:
        del _started_here[pid]
        return None
    fields = _stat(pid)
    return None if not fields or fields[0] in "ZX" else int(fields[19])


def _stat(pid: int) -> list[str]:
    """State, parent, group and so on, as proc(5) counts them from the state; empty if there is no such process."""
    try:
        # The command's name stands in brackets and may itself hold blanks and brackets: fields count from the last one.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
