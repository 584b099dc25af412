"""A team deploys alone: a service's wheel, installed with nothing but what it names, passes that service's tests.

The environment has no other service and not this command line; what a package forgot to declare is missing there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from devkit.trouble import Trouble
from devkit.workspace import ROOT

CONTINUES = " \\"
LIBRARIES = ("libs/contracts", "libs/chassis")


def build_wheels(folders: list[Path], into: Path) -> None:
    """The wheel of each package, without network."""
    for folder in folders:
        _must([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), str(folder)])


def install_alone(service: str, wheels: Path, into: Path) -> Path:
    """A new environment with the service's wheel and what it declares, in the locked versions; its interpreter."""
    uv = Path(sys.executable).with_name("uv")
    _must([str(uv), "venv", "--quiet", "--python", sys.executable, str(into)])
    python = into / "bin" / "python"
    pinned = into / "pinned.txt"
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned.write_text("".join(f"{line.rstrip(CONTINUES)}\n" for line in lines if line and line[0].isalnum()))
    _must(
        [str(uv), "pip", "install", "--quiet", "--python", str(python), "--find-links", str(wheels), "--constraint",
         str(pinned), f"ganh-{service}[testing]"]
    )  # fmt: skip
    if data := _data_of(service):
        command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--python", str(python)]
        _must([*command, "--constraint", str(pinned), *data])
    return python


def _data_of(service: str) -> list[str]:
    """Packages of which a service reads the data alone, and installs nothing that their code would need."""
    declared = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())
    return list(declared.get("tool", {}).get("ganh", {}).get("data", []))


def run_tests_alone(
    service: str, python: Path, folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """The service's own tests, copied to a folder without any source beside them."""
    shutil.copytree(ROOT / "services" / service / "tests", folder / "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not deep", "tests"]
    return subprocess.run(command, cwd=folder, env=dict(env), capture_output=True, text=True, check=False)


def _must(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"`{' '.join(command)}` fails:\n{(done.stdout + done.stderr).strip()[-3000:]}")
