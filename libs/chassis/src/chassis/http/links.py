"""From an answer to what can be asked next: OpenAPI links that follow from paths, so no route has to list them.

``POST /orders`` answers an object with an ``id``, and ``/orders/{ref}/confirm`` takes one: that is a link. A list leads
to its first row. Who makes clients, or tests, walks from call to call by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Operations = Mapping[str, Any]
_OBJECT, _ROW = "$response.body#/id", "$response.body#/items/0/id"


def add_links(document: dict[str, Any]) -> None:
    """Adds ``links`` to every successful answer that names what an operation below its own path takes."""
    paths: Mapping[str, Operations] = document["paths"]
    for path, operations in paths.items():
        targets = list(_below(path, paths))
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                place = _id_in(answer, document) if status.startswith("2") else None
                if place is not None and targets:
                    answer["links"] = {
                        name: {"operationId": name, "parameters": {parameter: place}} for name, parameter in targets
                    }


def _below(path: str, paths: Mapping[str, Operations]) -> Iterator[tuple[str, str]]:
    """The operations on ``path/{x}`` and below that need nothing but ``x``, by name, with the name of ``x``."""
    for other, operations in paths.items():
        rest = other.removeprefix(path)
        if rest.startswith("/{") and rest.count("{") == 1 and "{" not in path and other != path:
            parameter = rest[2 : rest.index("}")]
            for operation in operations.values():
                yield operation["operationId"], parameter


def _id_in(answer: Mapping[str, Any], document: Mapping[str, Any]) -> str | None:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    properties = _resolved(schema, document).get("properties", {})
    if "id" in properties:
        return _OBJECT
    row = _resolved(properties.get("items", {}).get("items", {}), document)
    return _ROW if "id" in row.get("properties", {}) else None


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"].get(name, schema)
    return found
