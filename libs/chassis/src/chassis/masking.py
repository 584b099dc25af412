"""Personal fields and secrets, hidden wherever data leaves its purpose: logs, the dead-letter desk, exports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from contracts import personal_paths

HIDDEN = "***"

_SECRET_NAMES = re.compile(r"password|passwd|secret|token|authorization|cookie|api_?key|credential", re.IGNORECASE)
_SECRET_TEXTS = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]*\.[\w-]*"), HIDDEN),  # a JSON Web Token
    (re.compile(r"(://[^:/@\s]+:)[^@\s]+(@)"), rf"\1{HIDDEN}\2"),  # a password in an address
    (re.compile(r"\+\d{7,11}(\d{3})\b"), rf"{HIDDEN}\1"),  # a phone number keeps its last three digits
    (re.compile(r"[\w.+-]+(@[\w-]+\.[\w.]+)"), rf"{HIDDEN}\1"),  # a mail address keeps its domain
)


def masked(model: type[BaseModel], data: Any) -> Any:
    """A copy of the plain ``data`` of a ``model`` with every personal field hidden; missing fields stay missing."""
    for path in _paths(model):
        data = _hidden(data, path)
    return data


def without_secrets(value: Any, name: str = "") -> Any:
    """A value fit for a log: secrets by their name or form, personal fields of models, phones and mail addresses."""
    if name and _SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, str):
        for form, instead in _SECRET_TEXTS:
            value = form.sub(instead, value)
        return value
    if isinstance(value, BaseModel):
        return masked(type(value), value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {key: without_secrets(each, str(key)) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [without_secrets(each) for each in value]
    return value


@lru_cache(maxsize=256)
def _paths(model: type[BaseModel]) -> frozenset[tuple[str, ...]]:
    return personal_paths(model)


def _hidden(data: Any, path: tuple[str, ...]) -> Any:
    step, rest = path[0], path[1:]
    if step == "*":
        return [_hidden(each, rest) for each in data] if isinstance(data, Iterable) and not _flat(data) else data
    if not isinstance(data, Mapping) or step not in data:
        return data
    inside = data[step]
    if inside is None:
        return data
    return {**data, step: _hidden(inside, rest) if rest else HIDDEN}


def _flat(data: Any) -> bool:
    return isinstance(data, (str, bytes, Mapping))
