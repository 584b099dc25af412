"""Whether whatever a service may refuse can be told in every language."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from chassis.domain import DomainError
from chassis.http.sentences import LANGUAGES, Catalogue
from chassis.refusals import Refusal

_VALUE = re.compile(r"\{(\w+)")


def missing_sentences(package: str) -> list[str]:
    """``vi: order-not-found`` for every code without a sentence, and every sentence whose values differ by language.

    Codes are those of the package's ``DomainError`` and ``Refusal`` classes and of every ``Reason("code", …)`` and
    ``PydanticCustomError("code", …)`` written in it. An empty list is what a test wants.
    """
    modules = list(_modules(package))
    codes = {
        kind.code
        for base in (DomainError, Refusal)
        for kind in _below(base)
        if kind.__module__.partition(".")[0] == package and not kind.__name__.startswith("_")
    }
    for module in modules:
        codes |= set(_written_codes(Path(module.__file__ or "")))
    catalogue = Catalogue(["chassis", package])
    return catalogue.missing(codes) + _differing(catalogue)


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    yield root
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not found.name.endswith("__main__") and ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def _below(kind: type[DomainError] | type[Refusal]) -> Iterator[type[DomainError] | type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _written_codes(file: Path) -> Iterator[str]:
    if file.suffix != ".py":
        return
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        code = node.args[0]
        if (
            node.func.id in ("Reason", "PydanticCustomError")
            and isinstance(code, ast.Constant)
            and isinstance(code.value, str)
        ):
            yield code.value.replace("_", "-")


def _differing(catalogue: Catalogue) -> list[str]:
    """Sentences that use other values in one language than in another: one of them shows too little."""
    found = []
    for code in sorted(catalogue.codes()):
        values = {language: set(_VALUE.findall(catalogue.sentence(code, language) or "")) for language in LANGUAGES}
        if len({frozenset(each) for each in values.values()}) > 1:
            found.append(f"{code}: {', '.join(f'{lang} {sorted(each)}' for lang, each in values.items())}")
    return found
