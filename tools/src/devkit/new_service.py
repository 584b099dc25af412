"""``./dev new-service``: a service that runs, is linted, typed and tested, made from the one in ``templates/service``.

The template is itself a working service called *specimen*; making a new one is copying it under another name and
telling the lists of the repository.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from devkit.trouble import Trouble

_TEMPLATE = "templates/service"
_name = re.compile(r"^[a-z][a-z0-9]{2,30}$")
_skipped = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def new_service(root: Path, name: str, team: str) -> list[str]:
    """Make ``services/<name>``; the paths that came or changed. Raises ``Trouble`` and changes nothing if it cannot."""
    if not _name.match(name):
        raise Trouble(f"{name!r} is no name for a service: use 3 to 31 small letters and digits, a letter first")
    if (root / "services" / name).exists() or (root / "libs/contracts/src/contracts" / name).exists():
        raise Trouble(f"there is a service {name} already; choose another name")
    service = root / "services" / name
    shutil.copytree(root / _TEMPLATE, service, ignore=_skipped)
    package = service / "src" / "specimen"
    package.rename(service / "src" / name)
    contracts = root / "libs/contracts/src/contracts" / name
    contracts.mkdir()
    (service / "contracts/v1.py").rename(contracts / "v1.py")
    (contracts / "__init__.py").touch()
    (service / "contracts").rmdir()
    for path in [*(path for path in service.rglob("*") if path.is_file()), contracts / "v1.py"]:
        path.write_text(_renamed(path.read_text(), name, team))
    _list(root, name)
    _sort_imports(root, service, contracts)  # where a name stands in them depends on its letters
    _own(root, name, team)
    return [f"services/{name}", f"libs/contracts/src/contracts/{name}", "pyproject.toml", "CODEOWNERS"]


def _renamed(text: str, name: str, team: str) -> str:
    return (
        text.replace("specimen", name)
        .replace("Specimen", name.capitalize())
        .replace("SPECIMEN", name.upper())
        .replace("@ganh/TEAM", f"@ganh/{team}")
    )


def _sort_imports(root: Path, *places: Path) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--quiet", "--select", "I", "--fix", *map(str, places)]
    subprocess.run(command, cwd=root, check=True)


def _list(root: Path, name: str) -> None:
    """Tell the type checker and the import rules."""
    path = root / "pyproject.toml"
    text = path.read_text()
    text = text.replace("services/gateway/src:", f"services/gateway/src:services/{name}/src:")
    text = text.replace('"crm", "gateway"]', f'"crm", "gateway", "{name}"]')
    text = text.replace("| crm | gateway", f"| crm | gateway | {name}")
    text = text.replace('"contracts.crm"]', f'"contracts.crm", "contracts.{name}"]')
    text = text.replace('"accounting.domain", ', f'"accounting.domain", "{name}.domain", ')
    path.write_text(text)


def _own(root: Path, name: str, team: str) -> None:
    with (root / "CODEOWNERS").open("a") as file:
        file.write(
            f"/services/{name}/ @ganh/{team}\n/libs/contracts/src/contracts/{name}/ @ganh/{team} @ganh/platform\n"
        )
