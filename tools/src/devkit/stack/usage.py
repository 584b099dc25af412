"""What processes use, as Linux counts it. A service is a process and the roles it forked."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Usage:
    """``memory``: bytes, each shared page divided among those who share it (PSS). ``cpu``: seconds so far."""

    memory: int
    cpu: float


def usage_of(leader: int) -> dict[int, Usage]:
    """Of a process and all below it, by pid; empty if it is gone."""
    found = {}
    for pid in family(leader):
        with contextlib.suppress(OSError, IndexError, ValueError):
            found[pid] = Usage(memory=_pss(pid), cpu=_cpu(pid))
    return found


def memory_of(leader: int) -> int:
    """Bytes of a process and all below it."""
    return sum(each.memory for each in usage_of(leader).values())


def family(leader: int) -> Iterator[int]:
    """The process itself, then its children in the order in which they were made, and theirs."""
    yield leader
    with contextlib.suppress(OSError):
        for child in sorted(map(int, Path(f"/proc/{leader}/task/{leader}/children").read_text().split())):
            yield from family(child)


def listening(ports: Mapping[int, str], among: Iterator[int]) -> dict[int, str]:
    """Which of these processes listens on which named port."""
    sockets = _listening_sockets(set(ports))
    return {pid: ports[port] for pid in among for port in _ports_of(pid, sockets)}


def _listening_sockets(ports: set[int]) -> dict[str, int]:
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        port = int(fields[1].rpartition(":")[2], 16)
        if fields[3] == "0A" and port in ports:
            found[f"socket:[{fields[9]}]"] = port
    return found


def _ports_of(pid: int, sockets: Mapping[str, int]) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if (port := sockets.get(str(link.readlink()))) is not None:
                    yield port


def _pss(pid: int) -> int:
    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return 1024 * int(found.group(1)) if found else 0


def _cpu(pid: int) -> float:
    # The command's name stands in brackets and may hold blanks; fields count from the last bracket (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
