"""Reading ids out of the source, without running it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

an_id = re.compile(r"\b(?:ORD|INV|SHP|ACC|CRM|GWC)-\d\d\b")
_range = re.compile(r"\b((?:ORD|INV|SHP|ACC|CRM|GWC)-)(\d\d) to (?:\1)?(\d\d)\b")
_methods = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A test that shows a rule: the rule as a sentence, and where the test is."""

    id: str
    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A way to use a capability: an endpoint (``POST /api/orders``) or an event (``order.placed``)."""

    id: str
    by: str


def ids_in(text: str) -> list[str]:
    """Every id a text names; ``SHP-01 to 06`` names six."""
    spread = [
        f"{area}{number:02}" for area, low, high in _range.findall(text) for number in range(int(low), int(high) + 1)
    ]
    return sorted({*an_id.findall(text), *spread})


def explained(page: Path) -> list[str]:
    """The ids that the domain reference explains, in its order."""
    return re.findall(r"^- \*\*((?:ORD|INV|SHP|ACC|CRM|GWC)-\d\d)\*\*", page.read_text(), re.MULTILINE)


def named(root: Path) -> dict[str, list[str]]:
    """Id -> the Python files of the product that name it."""
    found: dict[str, list[str]] = {}
    for path in _python(root, "libs/*/src", "services/*/src"):
        for id in ids_in(path.read_text()):
            found.setdefault(id, []).append(str(path.relative_to(root)))
    return found


def shown(root: Path) -> Iterator[Shown]:
    """Every test that carries ``@pytest.mark.capability``; a mark on the module or class holds for its tests."""
    for path in _python(root, "services/*/tests", "libs/*/tests", "tests"):
        tree = ast.parse(path.read_text())
        everywhere = [id for node in tree.body if _assigns_pytestmark(node) for id in _marked(node)]
        for node, inherited in _tests(tree, everywhere):
            for id in sorted({*inherited, *(i for mark in node.decorator_list for i in _marked(mark))}):
                yield Shown(id, _sentence(node.name), str(path.relative_to(root)))


def reached(root: Path) -> Iterator[Reached]:
    """Endpoints and events whose docstring names an id."""
    for path in _python(root, "services/*/src"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
                for endpoint in map(_endpoint, function.decorator_list):
                    if endpoint:
                        yield from (Reached(id, endpoint) for id in ids_in(ast.get_docstring(function) or ""))
    for path in _python(root, "libs/contracts/src"):
        for cls in ast.walk(ast.parse(path.read_text())):
            if isinstance(cls, ast.ClassDef) and (name := _wire_type(cls)):
                yield from (Reached(id, f"`{name}`") for id in ids_in(ast.get_docstring(cls) or ""))


def _python(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        for place in sorted(root.glob(folder)):
            yield from sorted(path for path in place.rglob("*.py") if "__pycache__" not in path.parts)


def _tests(
    tree: ast.Module, everywhere: list[str]
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[str]]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            inherited = [*everywhere, *(id for mark in node.decorator_list for id in _marked(mark))]
            inside: list[ast.stmt] = node.body
        else:
            inherited, inside = everywhere, [node]
        for inner in inside:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name.startswith("test_"):
                yield inner, inherited


def _assigns_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)


def _marked(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "capability":
            yield from (str(arg.value) for arg in call.args if isinstance(arg, ast.Constant))


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _endpoint(decorator: ast.expr) -> str | None:
    if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.args):
        return None
    first = decorator.args[0]
    path = first.value if isinstance(first, ast.Constant) else None
    if decorator.func.attr in _methods and isinstance(path, str) and path.startswith("/"):
        return f"`{decorator.func.attr.upper()} /api{path}`"
    return None


def _wire_type(cls: ast.ClassDef) -> str | None:
    for node in cls.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "type":
            return str(node.value.value) if isinstance(node.value, ast.Constant) else None
    return None
