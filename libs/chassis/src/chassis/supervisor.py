"""``all``: processes for the roles, forked from one that has imported everything and started nothing.

Invariant: before the last fork there is no event loop, no thread and no connection in the parent, so nothing is shared
but memory pages. A child that ends is started again, later each time; none outlives its parent.
"""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger("chassis.supervisor")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SETTLED = 60.0
"""Seconds after which a child counts as well; its next end is answered without a pause again."""
DEADLINE = 10.0
"""Seconds each role has to end by itself before it is killed."""

_HEARD = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_PR_SET_PDEATHSIG = 1


class Restarts:
    """How often each role was started again, in memory that parent and children share; probes show it."""

    def __init__(self, roles: Sequence[str]) -> None:
        self._roles = tuple(roles)
        self._shared = mmap.mmap(-1, 8 * len(self._roles))

    def add(self, roles: Sequence[str]) -> int:
        """One more for each; how often the first of them was started again by now."""
        for role in roles:
            at = 8 * self._roles.index(role)
            struct.pack_into("q", self._shared, at, int(struct.unpack_from("q", self._shared, at)[0]) + 1)
        return self.counts()[roles[0]]

    def counts(self) -> dict[str, int]:
        numbers = struct.unpack_from(f"{len(self._roles)}q", self._shared, 0)
        return dict(zip(self._roles, map(int, numbers), strict=True))


@dataclass(slots=True)
class _Child:
    roles: Sequence[str]
    pid: int = 0
    started: float = 0.0
    in_a_row: int = 0
    due: float = 0.0
    """When it may be started again; meaningful while ``pid`` is 0."""

    @property
    def name(self) -> str:
        return "+".join(self.roles)


class Supervisor:
    """``processes`` names the roles of each child; ``serve`` is run in it with them and ends it when it returns."""

    def __init__(
        self, processes: Sequence[Sequence[str]], serve: Callable[[Sequence[str]], int], restarts: Restarts
    ) -> None:
        self._children = [_Child(roles) for roles in processes]
        self._serve = serve
        self._restarts = restarts

    def run(self) -> int:
        """Until SIGTERM, SIGINT or SIGHUP; then stops the roles in their order and returns the exit code."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        gc.collect()
        gc.freeze()
        for child in self._children:
            self._start(child)
        stopping = False
        while not stopping:
            heard = signal.sigtimedwait(_HEARD, self._pause())
            stopping = heard is not None and heard.si_signo != signal.SIGCHLD
            self._reap()
            if not stopping:
                self._start_due()
        return self._stop()

    def _start(self, child: _Child) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                _die_with(parent)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
                code = self._serve(child.roles)
            except SystemExit as asked:
                code = asked.code if isinstance(asked.code, int) else 1
            except BaseException:
                log.exception("role could not be served", role=child.name)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        child.pid, child.started = pid, time.monotonic()

    def _reap(self) -> None:
        for child in self._children:
            if child.pid == 0 or not (ended := os.waitpid(child.pid, os.WNOHANG))[0]:
                continue
            now = time.monotonic()
            child.in_a_row = 1 if now - child.started > SETTLED else child.in_a_row + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (child.in_a_row - 1))
            child.pid, child.due = 0, now + pause
            log.error("role ended", role=child.name, code=os.waitstatus_to_exitcode(ended[1]), again_in=pause)

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.pid == 0 and child.due <= now:
                log.warning("role starts again", role=child.name, restarts=self._restarts.add(child.roles))
                self._start(child)

    def _pause(self) -> float:
        now = time.monotonic()
        return max(0.0, min((child.due - now for child in self._children if child.pid == 0), default=60.0))

    def _stop(self) -> int:
        """In the order of the roles: nothing new comes in, then nothing is handled, then what was said is sent."""
        code = 0
        for child in self._children:
            if child.pid == 0:
                continue
            os.kill(child.pid, signal.SIGTERM)
            if not self._ended(child, DEADLINE):
                log.error("role did not end by itself", role=child.name)
                os.kill(child.pid, signal.SIGKILL)
                self._ended(child, DEADLINE)
                code = 1
        return code

    def _ended(self, child: _Child, within: float) -> bool:
        deadline = time.monotonic() + within
        while not os.waitpid(child.pid, os.WNOHANG)[0]:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            signal.sigtimedwait({signal.SIGCHLD}, min(left, 0.2))
        return True


def _die_with(parent: int) -> None:
    """Ask Linux to stop this child when its parent dies, however that happens."""
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    except (OSError, AttributeError):
        return  # not Linux; there an orphan is found by whoever started the parent
    if os.getppid() != parent:
        os._exit(0)
