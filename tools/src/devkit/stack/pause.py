"""Components that a person has stopped on purpose; the supervisor leaves them alone."""

from __future__ import annotations

from pathlib import Path

from devkit.stack.home import Home


def paused(home: Home, name: str) -> bool:
    return _mark(home, name).exists()


def pause(home: Home, name: str) -> None:
    _mark(home, name).touch()


def resume(home: Home, name: str) -> None:
    _mark(home, name).unlink(missing_ok=True)


def forget_all(home: Home) -> None:
    """A new start runs everything."""
    for mark in home.run.glob("*.paused"):
        mark.unlink()


def _mark(home: Home, name: str) -> Path:
    return home.run / f"{name}.paused"
