"""Business time is the machine's, moved by what a testing kit has written into a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import ShiftedClock, SystemClock, clock_of
from chassis.settings import ServiceSettings

A_MOMENT = timedelta(seconds=5)


def test_without_a_file_it_is_the_machines() -> None:
    clock = clock_of(ServiceSettings())
    assert isinstance(clock, SystemClock)
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT


def test_a_shift_in_the_file_moves_it(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text(str(timedelta(days=10).total_seconds()))
    clock = clock_of(ServiceSettings(clock_file=file))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=10)) < A_MOMENT


@pytest.mark.parametrize("content", [None, "", "ten days"])
def test_a_file_that_is_missing_or_half_written_moves_nothing(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "clock"
    if content is not None:
        file.write_text(content)
    assert abs(ShiftedClock(file).now() - datetime.now(UTC)) < A_MOMENT
