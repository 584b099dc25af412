"""Whether an OpenAPI document is whole."""

from collections.abc import Iterable, Mapping
from typing import Any


def dangling(document: Mapping[str, Any]) -> list[str]:
    """References that lead nowhere; a document with one is of no use to a generator of clients."""
    known = {
        f"#/components/{kind}/{name}" for kind, members in document.get("components", {}).items() for name in members
    }
    return sorted({each for each in _references(document) if each.startswith("#/components/") and each not in known})


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "$ref" and isinstance(part, str):
                yield part
            else:
                yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
