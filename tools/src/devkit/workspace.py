"""The checkout we stand in: where it is, which services it holds, and what their code looks like now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GATEWAY = "gateway"
_FIXED_ORDER = ("gateway", "orders", "inventory", "shipping", "accounting", "crm")


def services() -> list[str]:
    """The services that can be started, the gateway first. A service keeps its place, and so its ports."""
    found = {main.parent.name for main in ROOT.glob("services/*/src/*/__main__.py")}
    fixed = [name for name in _FIXED_ORDER if name in found]
    return [*fixed, *sorted(found.difference(_FIXED_ORDER))]


def place(service: str) -> int:
    """The service's number in the row of all, the missing included."""
    others = sorted({main.parent.name for main in ROOT.glob("services/*/src/*/__main__.py")}.difference(_FIXED_ORDER))
    return [*_FIXED_ORDER, *others].index(service)


def fingerprint(folders: Iterable[Path]) -> str:
    """Changes when a file below the folders does; by time and size, which is enough to save work on a warm start."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                stat = file.stat()
                digest.update(f"{file}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return digest.hexdigest()


def code_of(service: str) -> list[Path]:
    """The folders a service's behaviour comes from."""
    return [ROOT / "libs/contracts/src", ROOT / "libs/chassis/src", ROOT / "services" / service / "src"]
