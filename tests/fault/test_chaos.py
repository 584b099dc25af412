"""Three minutes in which everything breaks, with a fixed seed: nothing is lost, nothing doubled, nothing stuck."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.truth import CHECKS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_shop_outlives_three_minutes_of_faults(tmp_path: Path) -> None:
    told = tmp_path / "report.json"
    command = [sys.executable, "-m", "devkit", "chaos", "--seed", "1", "--minutes", "3", "--json", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    report = json.loads(told.read_text())
    assert {check["name"] for check in report["checks"] if check["holds"]} == CHECKS.keys()
    assert report["requests"]["ok"] >= 100
    assert {"put back", "kill role", "replace relay", "cut connections"} <= report["faults"].keys()
