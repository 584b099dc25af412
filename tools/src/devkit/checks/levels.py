"""The levels of `./dev test`: what each takes in, and its budget in seconds, which is part of the promise."""

from __future__ import annotations

from dataclasses import dataclass

from devkit.trouble import Trouble
from devkit.workspace import ROOT

MINUTE = 60.0


@dataclass(frozen=True)
class Part:
    """One run of pytest. ``marks`` is its -m, ``spread`` how two workers share the tests; none: one process."""

    paths: tuple[str, ...]
    marks: str
    spread: str | None = "loadfile"
    coverage: bool = False


@dataclass(frozen=True)
class Level:
    """``parts`` run one after the other. ``outside`` is the -m of the tests that drive whole stacks (none: leave them
    out); ``servers`` says whether PostgreSQL and Kafka are started for it."""

    name: str
    budget: float
    parts: tuple[Part, ...] = ()
    outside: str | None = None
    servers: bool = True
    lint: bool = True

    @property
    def coverage(self) -> bool:
        return any(part.coverage for part in self.parts)


FAST = Level(
    "--fast",
    MINUTE,
    (
        Part(
            ("libs", "services", "tools", "tests"),
            "not connected and not processes and not system and not slow and not deep",
        ),
    ),
    servers=False,
)
DEFAULT = Level(
    "the default", 15 * MINUTE, (Part(("libs", "services", "tools"), "not slow and not deep"),), "not slow and not deep"
)
ALL = Level(
    "--all",
    50 * MINUTE,
    (
        Part(("libs",), "not deep", coverage=True),
        # What a service's tests do with servers, they do where its wheel is alone (tools/tests/checks/test_wheels.py).
        Part(("services",), "not deep and (slow or not connected)", coverage=True),
        Part(("tools",), "not deep and not wheels"),
        Part(("tools",), "wheels", spread="load"),
    ),
    "not deep",
)
DEEP = Level("--deep", 60 * MINUTE, (Part(("services",), "deep"),), "deep", lint=False)


def of_service(name: str) -> Level:
    """One package's own tests. A service's name, or that of a library."""
    for path in (f"services/{name}", f"libs/{name}"):
        if (ROOT / path).is_dir():
            return Level(name, 5 * MINUTE, (Part((path,), "not slow and not deep"),), lint=False)
    raise Trouble(f"There is no service or library {name!r}: see the folders services/ and libs/.")
