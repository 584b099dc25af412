"""The test's side: lays traps for the processes of a stack and waits until one died in each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 150.0


@dataclass(frozen=True)
class Trap:
    """``service`` dies at ``point`` when it has ``about`` in hand, in the words of :mod:`crashes.in_hand`."""

    service: str
    point: str
    about: str = ""
    arrival: int = 1


@dataclass
class Traps:
    """``deaths`` are those that happened, as the dead left them: point, service, in_hand, pid."""

    folder: Path
    deaths: list[dict[str, Any]] = field(default_factory=list)
    _laid: int = 0

    def lay(self, trap: Trap) -> Path:
        """Where the note of the dead will lie."""
        self._laid += 1
        file = self.folder / f"{self._laid:04d}.trap"
        coming = file.with_suffix(".new")
        coming.write_text(json.dumps(trap.__dict__))
        coming.rename(file)
        return file.with_suffix(".dead")

    @asynccontextmanager
    async def killing(self, *traps: Trap) -> AsyncIterator[None]:
        """Lay these, do what stands in the block, and see that each of them has killed."""
        notes = {trap: self.lay(trap) for trap in traps}
        yield
        deadline = time.monotonic() + PATIENCE
        for trap, note in notes.items():
            while not note.exists():
                assert time.monotonic() < deadline, f"{trap} was not reached; {_waiting(notes)} neither"
                await asyncio.sleep(0.05)
            death = json.loads(note.read_text())
            while _lives(death["pid"]):
                assert time.monotonic() < deadline, f"{death} is still alive"
                await asyncio.sleep(0.05)
            self.deaths.append(death)


def _waiting(notes: dict[Trap, Path]) -> list[Trap]:
    return [trap for trap, note in notes.items() if not note.exists()]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def at(service: str, about: str, points: Iterable[str]) -> list[Trap]:
    """One operation, several points; whoever repeats it dies at the next."""
    return [Trap(service, point, about) for point in points]
