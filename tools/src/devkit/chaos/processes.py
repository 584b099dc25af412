"""The processes of a stack as Linux sees them: which role is which, and the sockets each holds."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from devkit.native.process import Daemon, Running
from devkit.stack.health import ROLES
from devkit.stack.home import Home

_LISTEN, _ESTABLISHED = "0A", "01"
_PIDFD_GETFD = 438
_libc = ctypes.CDLL(None, use_errno=True)


def service(home: Home, name: str) -> list[Running]:
    """The process that holds a service's roles together, then the roles; empty while it does not run."""
    parent = Daemon(name, home.run).find()
    if parent is None:
        return []
    return [parent, *(child for pid in _children(parent.pid) if (child := Running.of(pid)) is not None)]


def role(home: Home, name: str, wanted: str) -> Running | None:
    """The process of one role: whichever listens on the role's port. None while nobody does."""
    ports = (home.ports.api(name), home.ports.consume(name), home.ports.relay(name))
    inodes = _sockets(_LISTEN, local=ports[ROLES.index(wanted)])
    for process in service(home, name)[1:]:
        if inodes.keys() & _fds(process.pid).keys():
            return process
    return None


def send(processes: Iterable[Running], number: signal.Signals) -> int:
    """Signal those that still live; how many these were."""
    reached = 0
    for process in processes:
        with suppress(ProcessLookupError):
            if process.alive:
                os.kill(process.pid, number)
                reached += 1
    return reached


def connections(process: Running) -> list[int]:
    """File descriptors of its established TCP connections."""
    established = _sockets(_ESTABLISHED)
    return sorted(fd for inode, fd in _fds(process.pid).items() if inode in established)


def cut(process: Running, fds: Iterable[int]) -> int:
    """End connections of another process in the middle of whatever they carry; how many there still were.

    The process keeps its descriptors and reads an end of file, as when the other side dies.
    """
    done = 0
    with suppress(OSError):
        handle = os.pidfd_open(process.pid)
        try:
            for fd in fds:
                mine = _libc.syscall(_PIDFD_GETFD, handle, fd, 0)
                if mine >= 0:
                    with socket.socket(fileno=mine) as same, suppress(OSError):
                        same.shutdown(socket.SHUT_RDWR)
                        done += 1
        finally:
            os.close(handle)
    return done


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _fds(pid: int) -> dict[str, int]:
    """Inode of each socket -> its descriptor."""
    found: dict[str, int] = {}
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = entry.readlink().name
                if target.startswith("socket:["):
                    found[target[8:-1]] = int(entry.name)
    return found


def _sockets(state: str, local: int | None = None) -> dict[str, int]:
    """Inode -> local port of the machine's TCP sockets in a state, as proc(5) lists them."""
    found: dict[str, int] = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(FileNotFoundError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                port = int(fields[1].rpartition(":")[2], 16)
                if fields[3] == state and local in (None, port):
                    found[fields[9]] = port
    return found
