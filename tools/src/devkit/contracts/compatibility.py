"""What may change inside a major version: optional fields and new event types, nothing else.

Old readers still run and old records still lie on the topics, so a change must suit both directions. Sentences about
a schema (titles, descriptions, examples) may change freely.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_words = frozenset({"title", "description", "examples", "$schema", "$defs"})
_promises = ("x-topic", "x-key", "x-visibility", "x-compacted")


@dataclass(frozen=True, slots=True)
class Break:
    """A change that some reader or some stored record does not survive: where, which rule, in words."""

    event: str
    field: str
    rule: str

    def __str__(self) -> str:
        return f"{self.event}: field {self.field}: {self.rule}" if self.field else f"{self.event}: {self.rule}"


def breaks(event: str, released: Mapping[str, Any], current: Mapping[str, Any] | None) -> list[Break]:
    """Every way in which ``current`` breaks what was released. ``None`` stands for a removed event."""
    if current is None:
        return [Break(event, "", "a released event type may not go; stop sending it and keep the contract")]
    found = [
        Break(event, "", f"{promise[2:]} was {released.get(promise)!r} and is {current.get(promise)!r}; it is fixed")
        for promise in _promises
        if released.get(promise) != current.get(promise)
    ]
    found.extend(
        Break(event, path, rule)
        for path, rule in _compare("", _inlined(released, released), _inlined(current, current))
    )
    return found


def _inlined(node: Any, root: Mapping[str, Any]) -> Any:
    """The schema without references. Our models do not recurse."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            target = root["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
            return _inlined({**target, **{key: value for key, value in node.items() if key != "$ref"}}, root)
        return {key: _inlined(value, root) for key, value in node.items() if key not in _words or key == "properties"}
    if isinstance(node, list):
        return [_inlined(value, root) for value in node]
    return node


def _compare(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in old_fields:
        here = f"{path}.{name}" if path else name
        if name not in new_fields:
            yield here, "was removed; old readers may need it: keep it, or publish a new major version beside this one"
            continue
        if name in is_required - was_required:
            yield here, "became required; records written before lack it: give it a default"
        if name in was_required - is_required:
            yield here, "became optional; old readers need it: always send it and keep it required"
        yield from _compare(here, old_fields[name], new_fields[name])
    for name in new_fields.keys() - old_fields.keys():
        if name in is_required:
            yield (f"{path}.{name}" if path else name), "is new and required; only optional fields may be added"
    if "items" in old and "items" in new:
        yield from _compare(f"{path}[]", old["items"], new["items"])
    old_choices, new_choices = old.get("anyOf", []), new.get("anyOf", [])
    if len(old_choices) == len(new_choices):
        for before, after in zip(old_choices, new_choices, strict=True):
            yield from _compare(path, before, after)
    elif old_choices or new_choices:
        yield path, "may now be of other types than before"
    compared = (old.keys() | new.keys()) - {"properties", "required", "items", "anyOf", "default", *_promises}
    for word in sorted(compared):
        if old.get(word) != new.get(word):
            yield path, f"{word} was {old.get(word)!r} and is {new.get(word)!r}; neither narrower nor wider is safe"
    if "default" in old and "default" in new and old["default"] != new["default"]:
        yield path, f"default was {old['default']!r} and is {new['default']!r}; absent would mean something else"
