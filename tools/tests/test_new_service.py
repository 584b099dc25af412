"""A new service works from its first minute: it is made, linted, typed and tested in a copy of the repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.new_service import new_service
from devkit.trouble import Trouble

root = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository as it is, without what was installed or generated beside it."""
    for part in ("libs", "services", "templates"):
        shutil.copytree(root / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for file in ("pyproject.toml", "CODEOWNERS"):
        shutil.copy(root / file, tmp_path / file)
    return tmp_path


def test_a_name_that_is_taken_or_is_no_name_is_refused_and_changes_nothing(copy: Path) -> None:
    before = sorted(copy.rglob("*"))
    with pytest.raises(Trouble, match="already"):
        new_service(copy, "orders", "orders")
    with pytest.raises(Trouble, match="no name"):
        new_service(copy, "Bad-Name", "x")
    assert sorted(copy.rglob("*")) == before


def test_a_new_service_is_told_to_every_list(copy: Path) -> None:
    new_service(copy, "vouchers", "loyalty")
    config = (copy / "pyproject.toml").read_text()
    assert '"gateway", "vouchers"]' in config
    assert "services/vouchers/src" in config
    assert "/services/vouchers/ @ganh/loyalty" in (copy / "CODEOWNERS").read_text()


def test_nothing_of_the_template_s_name_is_left(copy: Path) -> None:
    new_service(copy, "vouchers", "loyalty")
    left = [
        path for path in (copy / "services/vouchers").rglob("*") if path.is_file() and "pecimen" in path.read_text()
    ]
    assert left == []


@pytest.mark.connected
@pytest.mark.slow
def test_a_new_service_is_linted_typed_and_tested(copy: Path) -> None:
    new_service(copy, "vouchers", "loyalty")
    sources = [*copy.glob("libs/*/src"), *copy.glob("services/*/src")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sources))}
    for command in (
        ["-m", "ruff", "check", "services/vouchers"],
        ["-m", "mypy", "services/vouchers/src"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "services/vouchers"],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
