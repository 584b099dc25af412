"""JSON that can be stored: what PostgreSQL cannot hold is refused by its place, before any model sees it.

Python's parser lets through what PostgreSQL cannot hold (NUL, lone surrogates, integers past 64 bits) and what JSON
does not know (NaN, Infinity). Each is named with a pointer. Bodies of requests, letters at doors and events are read
through here alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from chassis.domain import Reason
from chassis.refusals import Malformed, Unprocessable

LARGEST = 2**63 - 1
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|[0-9]{19}|[0-9][eE]\+?[0-9]|\b(?:NaN|Infinity)\b")


def is_suspicious(raw: bytes) -> bool:
    """Whether a body could hold what cannot be stored; False settles it, and costs far less than reading it."""
    return _SUSPICIOUS.search(raw) is not None


def parsed(raw: bytes) -> Any:
    """The value. ``json.JSONDecodeError`` if it is not JSON, ``Unprocessable`` naming what cannot be stored."""
    suspicious = b"\\u0000" in raw or b"\\ud" in raw or b"\\uD" in raw

    def integer(digits: str) -> int:
        nonlocal suspicious
        if len(digits) > 18:
            suspicious = True
            return LARGEST + 1 if len(digits) > 30 else int(digits)
        return int(digits)

    def fraction(text: str) -> float:
        nonlocal suspicious
        value = float(text)
        if not -LARGEST <= value <= LARGEST:
            suspicious = True
        return value

    def constant(name: str) -> NoReturn:
        raise json.JSONDecodeError(f"{name} is not JSON", name, 0)

    try:
        value = json.loads(raw, parse_int=integer, parse_float=fraction, parse_constant=constant)
    except RecursionError:
        raise Malformed("body-too-deep") from None
    except UnicodeDecodeError:
        raise Malformed("body-not-utf8") from None
    if suspicious and (reasons := tuple(_unstorable(value, ""))):
        raise Unprocessable(reasons=reasons, count=len(reasons))
    return value


def _unstorable(value: Any, place: str) -> Iterator[Reason]:
    if isinstance(value, str):
        if "\0" in value:
            yield Reason("nul-character", place)
        elif any("\ud800" <= character <= "\udfff" for character in value):
            yield Reason("broken-character", place)
    elif isinstance(value, bool):
        return
    elif isinstance(value, (int, float)):
        if not -LARGEST <= value <= LARGEST:
            yield Reason("number-too-large", place)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _unstorable(element, f"{place}/{index}" if place else str(index))
    elif isinstance(value, dict):
        for name, element in value.items():
            yield from _unstorable(name, place)
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _unstorable(element, f"{place}/{step}" if place else step)
