"""What editors are told about this repository is so."""

import json
from pathlib import Path
from typing import Any

from devkit.stack.home import Home

root = Path(__file__).resolve().parents[3]


def read(path: str) -> Any:
    return json.loads((root / path).read_text())


def test_every_role_of_a_service_can_be_started_from_an_editor() -> None:
    chosen = {each["id"]: set(each["options"]) for each in read(".vscode/launch.json")["inputs"]}
    assert chosen["role"] == {"api", "consume", "relay", "all"}


def test_its_environment_is_where_the_stack_leaves_it() -> None:
    environment = read(".vscode/launch.json")["configurations"][0]["envFile"]
    here = environment.replace("${workspaceFolder}", str(root)).replace("${input:service}", "orders")
    assert Path(here) == Home(root / ".ganh").env / "orders.env"


def test_the_container_is_built_from_a_file_that_is_there() -> None:
    container = read(".devcontainer/devcontainer.json")
    recipe = (root / ".devcontainer" / container["build"]["dockerfile"]).read_text()
    assert f"USER {container['remoteUser']}" in recipe
    assert (root / container["postCreateCommand"].split()[0]).exists()
