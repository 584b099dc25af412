"""Which ports are free, and who has the ones that are not."""

from __future__ import annotations

import random
import socket
import time
from itertools import islice
from pathlib import Path

from devkit.trouble import Trouble

LOCALHOST = "127.0.0.1"


OURS = range(11_000, 32_000)
"""Below the ports that systems give out by themselves, so that none is taken between now and the start."""


def free_ports(count: int) -> list[int]:
    """Different ports that nobody uses now."""
    return list(islice(filter(is_free, random.sample(OURS, 50 * count)), count))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
        return True


def answers(port: int, *, patience: float = 0.0) -> bool:
    """Whether something listens on the port, at the latest after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_connection((LOCALHOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def require_free(port: int, purpose: str) -> None:
    """``Trouble`` that names who has the port."""
    if not is_free(port):
        raise Trouble(
            f"Port {port}, meant for {purpose}, is taken{_by_whom(port)}: "
            "stop that, or choose other ports with GANH_PORT_BASE (see `./dev up --help`)."
        )


def _by_whom(port: int) -> str:
    inode = _listening_inode(port)
    if inode is None:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(_is_socket(handle, inode) for handle in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f" by process {process.name} ({name})"
        except OSError:
            continue
    return " by another user's process"


def _is_socket(handle: Path, inode: str) -> bool:
    try:
        return str(handle.readlink()) == f"socket:[{inode}]"
    except OSError:
        return False


def _listening_inode(port: int) -> str | None:
    listening, wanted = "0A", f":{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[1].endswith(wanted) and fields[3] == listening:
                return fields[9]
    return None
