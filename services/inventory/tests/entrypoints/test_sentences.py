"""Whoever is refused is told why and what to do, in Vietnamese, English and Chinese."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import inventory
from chassis.domain import Conflict, DomainError, Forbidden, Invalid, NotFound

LANGUAGES = ("vi", "en", "zh")


def sentences(language: str) -> dict[str, str]:
    return tomllib.loads(resources.files("inventory").joinpath("sentences", f"{language}.toml").read_text("utf-8"))


def codes_in_source() -> set[str]:
    """Codes of reasons and of checks of form, as they stand in the code."""
    source = "".join(path.read_text() for path in Path(inventory.__path__[0]).rglob("*.py"))
    reasons = re.findall(r'\bReason\(\s*"([a-z-]+)"', source)
    custom = [code.replace("_", "-") for code in re.findall(r'PydanticCustomError\(\s*"([a-z_]+)"', source)]
    return {*reasons, *custom} - {"bad-cursor"}


def codes_of_errors() -> set[str]:
    import inventory.main  # noqa: F401 - whatever the service may raise is imported by it

    kinds = {NotFound, Conflict, Invalid, Forbidden}
    found: set[type[DomainError]] = set(kinds)
    while True:
        more = {sub for each in found for sub in each.__subclasses__()} - found
        if not more:
            return {each.code for each in found - kinds if each.__module__.startswith("inventory.")}
        found |= more


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_its_sentence(language: str) -> None:
    assert set(sentences(language)) == codes_in_source() | codes_of_errors()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_values(language: str) -> None:
    def values(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    english = sentences("en")
    assert {code: values(text) for code, text in sentences(language).items()} == {
        code: values(text) for code, text in english.items()
    }
