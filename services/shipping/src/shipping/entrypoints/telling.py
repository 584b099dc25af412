"""Sentences that stand inside an answer: what became of a scan, why a parcel was left out, what the way out is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, Request

from chassis.domain import Reason
from chassis.http.sentences import Catalogue, language_of
from contracts.refusal import Refusal


class Telling:
    """Speaks one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, code: str, params: Mapping[str, Any] | None = None) -> str:
        return _catalogue().say(code, params or {}, self._language)

    def refusals(self, reasons: Iterable[Reason]) -> tuple[Refusal, ...]:
        return _catalogue().refusals(reasons, self._language)


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    return Catalogue(["chassis", "shipping"])


def _telling(request: Request) -> Telling:
    return Telling(language_of(request.headers.get("accept-language")))


Tell = Annotated[Telling, Depends(_telling)]
