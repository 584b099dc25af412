"""Texts that have broken something somewhere: statements, logs, templates, terminals, terms of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MARK = "intruder-was-here"
CORPUS: Mapping[str, str] = {
    "quote": "O'Brien\"; --",
    "statement": "x'; DROP TABLE orders; SELECT pg_sleep(9) --",
    "union": "' UNION SELECT rolpassword FROM pg_authid --",
    "second line": f'a\n{{"level":"info","event":"{MARK}"}}',
    "carriage return": f"a\r{MARK}",
    "line separators": f"a\u2028{MARK}\u2029b\x85c\x0bd",
    "escape": f"\x1b[31m{MARK}\x1b[0m\x07\x08",
    "nul": f"a\0{MARK}",
    "lone surrogate": "\ud800",
    "right to left": "\u202eevil\u2066\u200f",
    "percent": "%s%n%d%(x)s%%00",
    "braces": "{0.__class__} {{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "lookup": "${jndi:ldap://127.0.0.1:1/a}",
    "markup": "<script>alert(1)</script><!--",
    "formula": '=HYPERLINK("http://evil.example")',
    "wildcards": "%_\\%\\_*?[a-z]",
    "pattern": "(a+)+$" + "a" * 40,
    "path": "../../../../etc/passwd",
    "backslash": "\\",
    "white": " \t\u00a0\u3000 ",
    "wide": "\U0001f9e8" * 40,
    "combining": "a" + "\u0301" * 60,
    "long": "x" * 100_000,
    "nothing": "",
}


def bodies(example: Any, text: str) -> Iterator[Any]:
    """The example with each of its texts replaced in turn, and each name of a field once more beside it."""
    for path in _texts(example):
        yield _with(example, path, text)
    if isinstance(example, dict):
        yield {**example, text: text}


def _texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value[:1]):
            yield from _texts(inner, (*path, place))


def _with(value: Any, path: tuple[Any, ...], text: str) -> Any:
    if not path:
        return text
    step, *rest = path
    changed = value.copy()
    changed[step] = _with(value[step], tuple(rest), text)
    return changed


def example_of(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int = 0) -> Any:
    """A body after a schema of the document, every field of it filled in; from its examples where it has some."""
    if "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return example_of(found, document, depth + 1)
    if schema.get("examples"):
        return schema["examples"][0]
    for choice in ("const", "default", "example"):
        if schema.get(choice) is not None:
            return schema[choice]
    if schema.get("enum"):
        return schema["enum"][0]
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return example_of(schema[several][0], document, depth + 1)
    return _made(schema, document, depth)


def _made(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {}) if depth < 8 else {}
            return {name: example_of(inner, document, depth + 1) for name, inner in fields.items()}
        case "array":
            return [example_of(schema.get("items", {}), document, depth + 1)] if depth < 8 else []
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    return {
        "uuid": "01980000-0000-7000-8000-000000000000",
        "date-time": "2026-01-01T00:00:00+07:00",
        "date": "2026-01-01",
    }.get(str(schema.get("format")), "text")
