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
_MODEL = "crm"
"""After which service a new one is deployed: one that needs nothing of its own."""
_LISTS = (
    ("pyproject.toml", r"services/gateway/src:", r"services/gateway/src:services/name/src:"),
    ("pyproject.toml", r'("crm", "gateway"[^\]]*)\]', r'\1, "name"]'),
    ("pyproject.toml", r"\| crm \| gateway", r"| crm | gateway | name"),
    ("pyproject.toml", r'("contracts\.crm"[^\]]*)\]', r'\1, "contracts.name"]'),
    ("pyproject.toml", r'"accounting\.domain", ', r'"accounting.domain", "name.domain", '),
    (".vscode/launch.json", r'"crm", "gateway"', r'"crm", "gateway", "name"'),
    ("deploy/observability/prometheus.yaml", r'"crm:(\d+)"', r'"crm:\1", "name:\1"'),
    ("deploy/compose.yaml", r"( +)CRM(_\w+_PASSWORD): .*\n(?! +CRM_HTTP)", r"\g<0>\1NAME\2: ${NAME\2:?}\n"),
    ("deploy/compose.yaml", r'"crm": "http://crm:8000"', r'"crm": "http://crm:8000", "name": "http://name:8000"'),
    ("deploy/example.env", r"CRM(_\w+_PASSWORD)=(.*)\n", r"\g<0>NAME\1=\2\n"),
)
"""File, where in it services are listed, and what stands there with one more."""
_skipped = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def new_service(root: Path, name: str, team: str) -> list[str]:
    """Make ``services/<name>``; the paths that came or changed. Raises ``Trouble`` and changes nothing if it cannot."""
    if not _name.match(name):
        raise Trouble(f"{name!r} is no name for a service: use 3 to 31 small letters and digits, a letter first")
    if (root / "services" / name).exists() or (root / "libs/contracts/src/contracts" / name).exists():
        raise Trouble(f"there is a service {name} already; choose another name")
    told = _told(root, name)
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
    for path, text in told.items():
        path.write_text(text)
    _sort_imports(root, service, contracts)  # where a name stands in them depends on its letters
    _own(root, name, team)
    changed = sorted(str(path.relative_to(root)) for path in told)
    return [f"services/{name}", f"libs/contracts/src/contracts/{name}", *changed, "CODEOWNERS"]


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


def _told(root: Path, name: str) -> dict[Path, str]:
    """The lists of the repository as they are to be: the type checker's, the import rules' and those of the deployment.

    Raises ``Trouble`` if one is not found where it was, so that no service is ever left out of one.
    """
    told: dict[Path, str] = {}
    for file, pattern, added in _LISTS:
        path = root / file
        text = told.get(path) or path.read_text()
        told[path], found = re.subn(pattern, added.replace("NAME", name.upper()).replace("name", name), text)
        if not found:
            raise Trouble(f"{file} has no place for a new service: nothing there looks like {pattern}")
    compose = root / "deploy/compose.yaml"
    model = re.search(rf"^  {_MODEL}:\n(?:    .*\n)+", told[compose], re.MULTILINE)
    if model is None:
        raise Trouble(f"deploy/compose.yaml has no service {_MODEL} any more, after which a new one could be made")
    block = model[0].replace(_MODEL.upper(), name.upper()).replace(_MODEL, name)
    told[compose] = told[compose].replace(model[0], f"{model[0]}\n{block}")
    return told


def _own(root: Path, name: str, team: str) -> None:
    with (root / "CODEOWNERS").open("a") as file:
        file.write(
            f"/services/{name}/ @ganh/{team}\n/libs/contracts/src/contracts/{name}/ @ganh/{team} @ganh/platform\n"
        )
