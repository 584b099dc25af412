"""Everything shipping refuses or explains is told in three languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import shipping
from chassis.domain import Conflict, DomainError, Forbidden, Invalid, NotFound
from chassis.http.sentences import LANGUAGES, Catalogue, _sentences_of
from shipping.domain.manifest import LeftOut
from shipping.domain.quotes import Obstacle
from shipping.domain.scans import Outcome

catalogue = Catalogue(["chassis", "shipping"])


def _errors(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        if below not in (NotFound, Conflict, Invalid, Forbidden):
            yield below
        yield from _errors(below)


def codes() -> set[str]:
    for module in pkgutil.walk_packages(shipping.__path__, "shipping."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    mine = {error.code for error in _errors(DomainError) if error.__module__.startswith("shipping.")}
    sources = "\n".join(file.read_text() for file in Path(shipping.__path__[0]).rglob("*.py"))
    reasons = set(re.findall(r'Reason\(\s*"([a-z0-9-]+)"', sources)) | set(re.findall(r'\[\("([a-z-]+)", ', sources))
    told = {f"scan-{outcome}" for outcome in Outcome} | {f"left-out-{each.replace('_', '-')}" for each in LeftOut}
    return mine | reasons | told | {*Obstacle} | {f"way-out-{obstacle}" for obstacle in Obstacle}


def test_every_code_has_a_sentence_in_all_three_languages() -> None:
    assert catalogue.missing(codes()) == []


def test_no_sentence_is_left_over() -> None:
    for language in LANGUAGES:
        assert set(_sentences_of("shipping", language)) - codes() == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sentence_says_the_same_values_in_every_language(language: str) -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    shop, other = _sentences_of("shipping", "vi"), _sentences_of("shipping", language)
    assert {code: values(text) for code, text in shop.items()} == {code: values(text) for code, text in other.items()}
