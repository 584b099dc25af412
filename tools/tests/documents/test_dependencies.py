"""Every dependency is explained, and nothing is explained that is not one."""

import re
from importlib import metadata
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


def locked() -> dict[str, str]:
    """Package -> its lines in the lock."""
    lines = (root / "requirements.lock").read_text().splitlines()
    text = "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {re.split(r"[=\[ ]", entry)[0]: entry for entry in re.split(r"\n(?=\S)", text)}


def test_every_package_of_the_lock_is_one_version_with_hashes() -> None:
    """No branch, no address, no folder, no range: what is installed is what was looked at."""
    packages = locked()
    assert len(packages) > 50
    form = re.compile(
        r"[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,-]+\])?==[\w.!+]+(?: ;[^\\\n]+)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+"
    )
    assert [name for name, entry in packages.items() if form.fullmatch(entry.strip()) is None] == []


def test_what_is_installed_is_what_is_locked() -> None:
    """Nothing came in beside the lock, and nothing was exchanged since."""
    wanted = {name: entry.split("==")[1].split()[0] for name, entry in locked().items()}
    installed = {
        re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each.version for each in metadata.distributions()
    }
    ours_to_start_with = {"pip", "setuptools", "wheel"}
    strange = {name: version for name, version in installed.items() if wanted.get(name) != version}
    assert strange.keys() <= ours_to_start_with, strange
