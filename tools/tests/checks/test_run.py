"""A run tells its result whatever hangs in it."""

import os
import time
from dataclasses import replace

import pytest

from devkit.checks.levels import ALL, Part
from devkit.checks.run import _pytest

pytestmark = pytest.mark.processes

ENDLESS = """
import threading

def test_waits_for_ever():
    threading.Event().wait()
"""


def test_a_run_over_its_budget_is_stopped_and_counts_as_failed(tmp_path):
    (tmp_path / "test_endless.py").write_text(ENDLESS)
    level = replace(ALL, name="short")
    began = time.monotonic()

    passed = _pytest(level, dict(os.environ), Part((str(tmp_path),), "not slow", None), began + 2)

    assert not passed
    assert time.monotonic() - began < 150


def test_a_run_that_passes_in_time_passes(tmp_path):
    (tmp_path / "test_quick.py").write_text("def test_holds():\n    assert True\n")

    assert _pytest(ALL, dict(os.environ), Part((str(tmp_path),), "not slow", None), time.monotonic() + 600)
