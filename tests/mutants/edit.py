"""Replaces a few lines of a module on their way from the file to the interpreter.

Lines are found where they are said to be (a function, a method, a module's own name) and must be there exactly once: a
mutant of code that has changed since is an error, never a silent nothing.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from textwrap import dedent, indent
from types import CodeType
from typing import Any


class TargetGone(LookupError):
    """The code is no longer what the mutant was written for."""


@dataclass(frozen=True)
class Edit:
    """In ``module``, inside ``within`` (dotted for a method), the lines ``old`` become ``new``; indentation follows."""

    module: str
    within: str
    old: str
    new: str

    def file(self) -> Path:
        """Where the module is, found without importing anything. Raises ``TargetGone``."""
        package, *inside = self.module.split(".")
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            file = Path(folder, *inside).with_suffix(".py")
            if file.is_file():
                return file
        raise TargetGone(f"there is no module {self.module}")

    def of(self, source: str) -> str:
        """The source with the lines replaced. Raises ``TargetGone``."""
        lines = source.splitlines()
        first, last = _place(ast.parse(source), self.within.split("."), self.module)
        old = dedent(self.old).strip("\n").splitlines()
        found = [at for at in range(first, last - len(old) + 1) if _same(lines[at : at + len(old)], old)]
        if len(found) != 1:
            raise TargetGone(f"{self.module}: {self.within} has {len(found)} times\n{indent(dedent(self.old), '    ')}")
        at = found[0]
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at : at + len(old)] = indent(dedent(self.new).strip("\n"), margin).splitlines()
        return "\n".join(lines) + "\n"


def install(edit: Edit) -> None:
    """Apply the edit to this process from now on. Raises ``TargetGone`` at once if it does not fit."""
    if edit.module in sys.modules:
        raise TargetGone(f"{edit.module} is imported already, as it is written")
    file = edit.file()
    edited = edit.of(file.read_text())
    code_as_written = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if not Path(self.path).samefile(file):
            return code_as_written(self, fullname)
        return compile(edited, self.path, "exec", dont_inherit=True)  # not from, nor into, the cache of compiled code

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def _place(tree: ast.AST, names: Sequence[str], module: str) -> tuple[int, int]:
    """The lines of what is called so: from (counted from 0) and to (exclusive)."""
    here: Any = tree
    for name in names:
        here = next((each for each in here.body if name in _names(each)), None)
        if here is None:
            raise TargetGone(f"{module} has no {'.'.join(names)}")
    return here.lineno - 1, here.end_lineno


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def _same(lines: Sequence[str], wanted: Sequence[str]) -> bool:
    margin = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    return [line[margin:].rstrip() if not line[:margin].strip() else line for line in lines] == list(wanted)
