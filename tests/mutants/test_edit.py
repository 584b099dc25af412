"""The mutants fit the code as it is now, and one that did not would say so instead of doing nothing."""

import ast
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mutants.catalogue import MUTANTS, Mutant
from mutants.edit import Edit, TargetGone

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """
RULE = "at most 3"

class Door:
    def opens(self, key):
        if key is None:
            return False
        return self.fits(key)

    def fits(self, key):
        return key in self.keys
"""
LOOKING = """
import subprocess, sys
from orders.domain.order import Order

print("asks" if "CONFIRMED" in Order.cancel.__code__.co_names else "alone", flush=True)
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"])
"""
CHECKED = Edit(module="door", within="Door.opens", old="return self.fits(key)", new="return True")


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_code_and_names_a_test_that_is_there(mutant: Mutant) -> None:
    source = mutant.edit.file().read_text()
    edited = mutant.edit.of(source)
    compile(edited, mutant.edit.module, "exec")
    assert edited != source
    file, _, name = mutant.test.partition("::")
    tests = {node.name for node in ast.parse((ROOT / file).read_text()).body if hasattr(node, "name")}
    assert name in tests


def test_only_the_named_lines_change_and_they_keep_their_place() -> None:
    assert CHECKED.of(SOURCE) == SOURCE.replace("return self.fits(key)", "return True")
    two = replace(CHECKED, old="if key is None:\n    return False", new="if not key:\n    return None")
    assert "        if not key:\n            return None\n" in two.of(SOURCE)


@pytest.mark.parametrize(
    "gone",
    [
        replace(CHECKED, old="return self.suits(key)"),
        replace(CHECKED, old="return"),
        replace(CHECKED, within="Door.closes"),
        replace(CHECKED, within="Door.fits"),
        replace(CHECKED, within="Gate"),
        Edit(module="door", within="RULE", old='RULE = "at most 4"', new=""),
    ],
)
def test_code_that_is_no_longer_so_is_an_error(gone: Edit) -> None:
    with pytest.raises(TargetGone):
        gone.of(SOURCE)


def test_lines_that_are_there_twice_are_an_error() -> None:
    with pytest.raises(TargetGone, match="2 times"):
        replace(CHECKED, within="Door", old="pass").of("class Door:\n    pass\n    pass\n")


def test_a_module_that_is_gone_is_an_error() -> None:
    with pytest.raises(TargetGone, match="no module"):
        replace(CHECKED, module="orders.domain.doors").file()


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mutants", *words]
    env = os.environ | {"PYTHONPATH": str(ROOT / "tests")} | env
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, check=False)


def test_a_mutant_lives_in_the_process_and_in_those_it_starts(tmp_path: Path) -> None:
    (tmp_path / "looking.py").write_text(LOOKING)
    done = run("cancel-decided-by-orders-alone", "--", "looking", PYTHONPATH=f"{ROOT / 'tests'}:{tmp_path}")
    assert done.stdout.split() == ["alone", "alone"], done.stderr


@pytest.mark.parametrize("words", [[], ["no-such-mutant", "--", "orders"], ["no-inbox", "orders"], ["no-inbox", "--"]])
def test_a_call_that_makes_no_sense_tells_the_usage(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert "usage: python -m mutants NAME -- MODULE" in done.stderr


def test_the_product_knows_of_no_mutant_and_no_crash() -> None:
    sources = [file for top in ("libs", "services") for file in (ROOT / top).glob("*/src/**/*.py")]
    assert sources
    assert [
        file for file in sources if re.search(r"^\s*(from|import) (mutants|crashes)\b", file.read_text(), re.M)
    ] == []


def test_the_map_names_each_mutant_beside_its_promise() -> None:
    promises = (ROOT / "ARCHITECTURE.md").read_text().partition("| promise |")[2].partition("\n\n")[0]
    last_column = [line.rsplit("|", 2)[1] for line in promises.splitlines()[2:]]
    assert sorted(re.findall(r"`([\w-]+)`", " ".join(last_column))) == sorted(MUTANTS)
