"""A new service works from its first minute: it is made, linted, typed and tested in a copy of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from devkit.new_service import new_service
from devkit.trouble import Trouble
from devkit.workspace import services

root = Path(__file__).resolve().parents[2]
ABOVE = "Services stand on the chassis, the chassis on the contracts"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository as it is, without what was installed or generated beside it."""
    for part in ("libs", "services", "templates", "deploy", ".vscode"):
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
    new_service(copy, "parties", "loyalty")
    assert "/services/vouchers/ @ganh/loyalty" in (copy / "CODEOWNERS").read_text()
    assert unlisted(copy) == []


def test_every_list_names_every_service() -> None:
    assert unlisted(root) == []


def test_the_paper_of_rights_names_every_service_but_the_edge() -> None:
    """It is written by hand and read from nothing that is tested: a service it forgot would be tried by nobody."""
    (named,) = re.findall(r"^SERVICES = \((.*)\)$", (root / "tests/security/paper.py").read_text(), re.MULTILINE)
    assert set(re.findall(r'"(\w+)"', named)) == {*services()} - {"gateway"}


def test_a_list_that_is_not_where_it_was_stops_the_making_before_anything_is_made(copy: Path) -> None:
    (copy / "deploy/observability/prometheus.yaml").write_text("scrape_configs: []\n")
    with pytest.raises(Trouble, match=r"prometheus\.yaml"):
        new_service(copy, "vouchers", "loyalty")
    assert not (copy / "services/vouchers").exists()


def unlisted(repository: Path) -> list[str]:
    """Service and list, for every list of the repository in which a service is missing."""
    config = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]
    rules = {rule["name"]: rule for rule in config["importlinter"]["contracts"]}
    compose = yaml.safe_load((repository / "deploy/compose.yaml").read_text())["services"]
    asked = (repository / "deploy/example.env").read_text()
    (debugged,) = [
        each["options"]
        for each in json.loads((repository / ".vscode/launch.json").read_text())["inputs"]
        if each["id"] == "service"
    ]
    (scraped,) = yaml.safe_load((repository / "deploy/observability/prometheus.yaml").read_text())["scrape_configs"]
    missing = []
    for name in sorted(main.parent.name for main in repository.glob("services/*/src/*/__main__.py")):
        database, kafka = f"{name.upper()}_DATABASE_PASSWORD", f"{name.upper()}_KAFKA_PASSWORD"
        found = {
            "mypy": f"services/{name}/src:" in config["mypy"]["mypy_path"],
            "import rules": name in config["importlinter"]["root_packages"],
            "layers": name in rules["Layers inside every service"]["containers"],
            "independence": name in rules["No service knows another"]["modules"],
            "stands on the chassis": name in rules[ABOVE]["layers"][0].split(" | "),
            "owner": f"/services/{name}/ " in (repository / "CODEOWNERS").read_text(),
            "editor": name in debugged,
            "container": compose.get(name, {}).get("build", {}).get("args") == {"SERVICE": name},
            "database": database in compose["postgres"]["environment"] and f"{database}=" in asked,
            "broker": kafka in compose["provision"]["environment"] and f"{kafka}=" in asked,
            "metrics": all(f'"{name}:{port}"' in json.dumps(scraped) for port in (8000, 8001, 8002)),
        }
        if name != "gateway":
            chassis_rule = "The chassis knows how events travel, not what any service says"
            found["unknown to the chassis"] = f"contracts.{name}" in rules[chassis_rule]["forbidden_modules"]
            found["route"] = name in json.loads(compose["gateway"]["environment"]["GATEWAY_SERVICES"])
        missing += [f"{name}: {each}" for each, is_there in found.items() if not is_there]
    return missing


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
