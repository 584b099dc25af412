"""What the documents point at is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

root = Path(__file__).resolve().parents[3]
runbooks = sorted(str(page.relative_to(root)) for page in (root / "docs/runbooks").glob("*.md"))
tops = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]
pages = [*tops, "deploy/README.md", "docs/guarantees.md", *runbooks]


@pytest.mark.parametrize("page", pages)
def test_every_file_a_page_names_exists(page: str) -> None:
    """Links are meant from the page's folder, paths in backticks from the root."""
    text = (root / page).read_text()
    linked = {(root / page).parent / path for path in re.findall(r"\]\(((?!http)[^)#]+)[^)]*\)", text)}
    named = re.findall(r"`([\w./-]+/[\w./-]+\.(?:py|json|md|yaml))(?:::\w+)?`", text)
    linked |= {root / path for path in named if path[0] not in "./"}
    assert [str(path) for path in sorted(linked) if not path.exists()] == []


@pytest.mark.parametrize("page", pages)
def test_every_test_a_page_names_is_a_test(page: str) -> None:
    named = re.findall(r"`([\w./-]+\.py)::(\w+)`", (root / page).read_text())
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []


def test_every_hop_of_a_walk_is_where_the_page_says() -> None:
    """``package/module.py: name`` is meant from the sources of the package; a name may be ``Class.method``."""
    hops = re.findall(r"`([\w/]+\.py): ([\w.]+)`", (root / "ARCHITECTURE.md").read_text())
    assert len(hops) > 50
    assert [f"{path}: {name}" for path, name in hops if name not in names_in(path)] == []


def test_each_promise_names_tests_and_says_what_is_not_promised() -> None:
    sections = re.split(r"^## (?=\d)", (root / "docs/guarantees.md").read_text(), flags=re.MULTILINE)[1:]
    assert [section[0] for section in sections] == list("1234567")
    for section in sections:
        assert re.findall(r"^\*\*(\w+(?: \w+)?)\.\*\*", section, re.MULTILINE) == ["Promised", "Not promised", "How"]
        assert re.findall(r"^\| `[\w./-]+/tests/[\w./-]+\.py|^\| `tests/", section, re.MULTILINE)


def test_every_mutant_the_guarantees_name_is_one() -> None:
    catalogue = root / "tests/mutants/catalogue.py"
    known = set(re.findall(r'name="([\w-]+)"', catalogue.read_text())) if catalogue.exists() else set()
    text = (root / "docs/guarantees.md").read_text()
    named = {
        name
        for cell in re.findall(r"\| (`[^|]*`) \|$", text, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", cell)
    }
    assert named
    assert not known or named <= known


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((root / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@cache
def names_in(path: str) -> frozenset[str]:
    """What a module of a service or library defines, members of its classes as ``Class.member``."""
    found = next(root.glob(f"*/*/src/{path}"), None)
    body = ast.parse(found.read_text()).body if found else []
    members = [(f"{each.name}.", each.body) for each in body if isinstance(each, ast.ClassDef)]
    return frozenset(prefix + name for prefix, part in [("", body), *members] for name in defined(part))


def defined(body: list[ast.stmt]) -> Iterator[str]:
    for each in body:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield each.name
        for target in getattr(each, "targets", [getattr(each, "target", None)]):
            if isinstance(target, ast.Name):
                yield target.id
