"""The levels of `./dev test`: what each takes in, and its budget in seconds, which is part of the promise."""

from __future__ import annotations

from dataclasses import dataclass

from devkit.trouble import Trouble
from devkit.workspace import ROOT

MINUTE = 60.0
EVERYWHERE = ("libs", "services", "tools", "tests")


@dataclass(frozen=True)
class Level:
    """``marks`` is pytest's -m; ``servers`` says whether PostgreSQL and Kafka are started for it."""

    name: str
    budget: float
    marks: str
    servers: bool = True
    lint: bool = True
    coverage: bool = False
    paths: tuple[str, ...] = EVERYWHERE


FAST = Level(
    "--fast", MINUTE, "not connected and not processes and not system and not slow and not deep", servers=False
)
DEFAULT = Level("the default", 15 * MINUTE, "not slow and not deep")
ALL = Level("--all", 50 * MINUTE, "not deep", coverage=True)
DEEP = Level("--deep", 60 * MINUTE, "deep", lint=False, paths=("tests",))


def of_service(name: str) -> Level:
    """One package's own tests. A service's name, or that of a library."""
    for path in (f"services/{name}", f"libs/{name}"):
        if (ROOT / path).is_dir():
            return Level(name, 5 * MINUTE, "not slow", lint=False, paths=(path,))
    raise Trouble(f"There is no service or library {name!r}: see the folders services/ and libs/.")
