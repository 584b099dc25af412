"""Every dependency is explained, and nothing is explained that is not one."""

import re
from pathlib import Path

root = Path(__file__).resolve().parents[3]


def test_the_table_and_the_requirements_name_the_same_packages() -> None:
    required = {
        re.split(r"[\[=<>~ ;#]", line)[0]
        for line in (root / "requirements.in").read_text().splitlines()
        if line.strip() and not line.startswith(("#", "-"))
    }
    explained = set(re.findall(r"^\| ([a-z0-9-]+) \|", (root / "docs/dependencies.md").read_text(), re.MULTILINE))
    assert explained - {"package"} == required


def test_the_lock_names_no_host() -> None:
    assert not re.findall(r"https?://", (root / "requirements.lock").read_text())
