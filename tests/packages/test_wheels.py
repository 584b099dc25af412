"""A team deploys alone: its wheel is built, installed without the other services, and passes its own tests."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from chassis.testing.infra import Infra

root = Path(__file__).resolve().parents[2]
services = sorted(path.parent.name for path in root.glob("services/*/pyproject.toml"))

pytestmark = [pytest.mark.connected, pytest.mark.slow]


def run(*command: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of the libraries and of every service."""
    folder = tmp_path_factory.mktemp("wheels")
    sources = [root / "libs/contracts", root / "libs/chassis", *(root / "services" / name for name in services)]
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir")
    run(*pip, str(folder), *map(str, sources), cwd=folder)
    return folder


def wheel(shelf: Path, name: str) -> Path:
    (found,) = shelf.glob(f"ganh_{name}-*.whl")
    return found


@pytest.mark.parametrize("name", services)
def test_a_wheel_holds_what_its_service_needs_and_no_test(shelf: Path, name: str) -> None:
    inside = zipfile.ZipFile(wheel(shelf, name)).namelist()
    assert f"{name}/__main__.py" in inside
    assert any(path.startswith(f"{name}/migrations/versions/") for path in inside)
    assert {f"{name}/sentences/{language}.toml" for language in ("vi", "en", "zh")} <= set(inside)
    assert not [path for path in inside if "/tests/" in path or path.startswith("tests/")]


@pytest.mark.parametrize("name", services)
def test_a_service_passes_its_tests_without_the_others(shelf: Path, name: str, tmp_path: Path, infra: Infra) -> None:
    python = a_clean_environment(tmp_path / "venv")
    mine = [wheel(shelf, part) for part in ("contracts", "chassis", name)]
    run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--offline", "--python", str(python),
        *map(str, mine), cwd=tmp_path)  # fmt: skip
    shutil.copytree(
        root / "services" / name / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(root / "pyproject.toml", tmp_path / "pyproject.toml")
    others = [other for other in services if other != name]
    run(
        str(python),
        "-c",
        f"import importlib.util as u; assert not [n for n in {others} if u.find_spec(n)]",
        cwd=tmp_path,
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "COV"))}
    servers = tmp_path / "infra.json"
    servers.write_text(json.dumps(dataclasses.asdict(infra)))
    environment |= {"GANH_INFRA": "external", "GANH_INFRA_FILE": str(servers)}
    told = run(
        str(python), "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", "tests",
        cwd=tmp_path, environment=environment,
    )  # fmt: skip
    assert " passed" in told


def a_clean_environment(folder: Path) -> Path:
    """An environment with the third-party libraries of this one and none of the workspace's packages."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    asked = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    # A path that a .pth file names is searched, but its own .pth files (the workspace's) are not read.
    Path(asked.strip(), "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python
