"""The catalogue: every code a person may meet, as a sentence in Vietnamese, English and Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Any

from chassis.domain import Reason
from contracts.refusal import Refusal

LANGUAGES = ("vi", "en", "zh")
DEFAULT = "vi"


class _Values(Formatter):
    """Fills a sentence; a value it lacks stays visible as ``{name}``, a list reads ``a, b``."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key), f"{{{key}}}")
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(str(part) for part in value)
        return value


_filled = _Values()


class Catalogue:
    """Sentences of the chassis and of one service, by language and code; the service's own win."""

    def __init__(self, packages: Iterable[str]) -> None:
        self._sentences: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for package in packages:
            for language in LANGUAGES:
                self._sentences[language].update(_sentences_of(package, language))

    def say(self, code: str, params: Mapping[str, Any], language: str, *, otherwise: str | None = None) -> str:
        """The sentence, filled in. A code without one is told as ``otherwise``, or by its own words."""
        sentence = self._sentences[language].get(code)
        if sentence is None:
            return otherwise if otherwise is not None else code.replace("-", " ")
        return _filled.vformat(sentence, (), params)

    def refusals(self, reasons: Iterable[Reason], language: str) -> tuple[Refusal, ...]:
        """The reasons as an answer at a door, or inside an answer, tells them: in one language, with pointers."""
        return tuple(
            Refusal(
                code=reason.code,
                pointer=_pointer(reason.field),
                detail=self.say(reason.code, reason.params, language),
                params=dict(reason.params),
            )
            for reason in reasons
        )

    def sentence(self, code: str, language: str) -> str | None:
        """The sentence as it was written."""
        return self._sentences[language].get(code)

    def codes(self) -> frozenset[str]:
        """Every code that has a sentence in some language."""
        return frozenset(code for sentences in self._sentences.values() for code in sentences)

    def missing(self, codes: Iterable[str]) -> list[str]:
        """``language: code`` for every sentence that is not there."""
        return [f"{lang}: {code}" for lang in LANGUAGES for code in sorted(codes) if code not in self._sentences[lang]]


def _sentences_of(package: str, language: str) -> dict[str, str]:
    try:
        text = (resources.files(package) / "sentences" / f"{language}.toml").read_text(encoding="utf-8")
    except (FileNotFoundError, ModuleNotFoundError, NotADirectoryError, TypeError):
        return {}
    return {code: str(sentence) for code, sentence in tomllib.loads(text).items()}


def _pointer(field: str | None) -> str | None:
    """``lines/0/sku`` -> ``/lines/0/sku``; what is not in the body (``header:ce_id``) stays as it is."""
    return field if field is None or ":" in field else f"/{field}"


@lru_cache(maxsize=512)
def language_of(accept_language: str | None) -> str:
    """The best of ours for an ``Accept-Language`` header; the shop's own where it names none of them."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        if primary in LANGUAGES:
            wanted.append((_quality(parameters), primary))
    best = max(wanted, key=lambda entry: entry[0], default=(0.0, DEFAULT))
    return best[1] if best[0] > 0 else DEFAULT


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
