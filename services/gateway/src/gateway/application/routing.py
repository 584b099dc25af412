"""From the services' OpenAPI documents to the table that says who answers a call and what it needs.

Invariant: a path leads to exactly one service, and only if that service declares it with a permission. What the
platform itself answers (login, dead letters, settings ...) no service can take over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
OWN_PATHS = frozenset(
    {"auth", "me", "users", "roles", "keys", "audit", "dead-letters", "replays", "settings", "jobs", "events"}
    | {"consumers", "halves"}
    | {"health", "metrics", "openapi.json", "docs"}
)
"""First steps of paths that the gateway answers itself, whoever declares them."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of one service. ``permission`` is ``orders:write``, ``signed-in`` or ``public``."""

    service: str
    method: str
    template: str
    permission: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A route that is not served because another service declared the same path first."""

    route: Route
    served_by: str


@dataclass(slots=True)
class _Step:
    fixed: dict[str, _Step] = field(default_factory=dict)
    any: _Step | None = None
    routes: dict[str, Route] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of the table: a route, or the methods that the path has (none: there is no such path)."""

    route: Route | None
    methods: tuple[str, ...] = ()


class RoutingTable:
    """Immutable once built; a new document makes a new table that takes the old one's place at once."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._root = _Step()
        self.conflicts: list[Conflict] = []
        self.routes: list[Route] = []
        for service, document in documents.items():
            for route in routes_of(service, document):
                self._add(route)

    def find(self, method: str, path: str) -> Found:
        """Who answers ``GET /orders/42``. A fixed step wins over ``{id}``; HEAD goes where GET goes."""
        step = _walk(self._root, path.split("/")[1:], 0)
        if step is None:
            return Found(None)
        route = step.routes.get(method) or (step.routes.get("GET") if method == "HEAD" else None)
        return Found(route, tuple(step.routes))

    def _add(self, route: Route) -> None:
        step = self._root
        for part in route.template.split("/")[1:]:
            if part.startswith("{"):
                step.any = step.any or _Step()
                step = step.any
            else:
                step = step.fixed.setdefault(part, _Step())
        holder = step.routes.setdefault(route.method, route)
        if holder is route:
            self.routes.append(route)
        else:
            self.conflicts.append(Conflict(route, holder.service))


def _walk(step: _Step, parts: Sequence[str], at: int) -> _Step | None:
    if at == len(parts):
        return step if step.routes else None
    fixed = step.fixed.get(parts[at])
    if fixed is not None and (found := _walk(fixed, parts, at + 1)) is not None:
        return found
    return _walk(step.any, parts, at + 1) if step.any is not None and parts[at] else None


def routes_of(service: str, document: Mapping[str, Any]) -> Iterator[Route]:
    """The operations of a document that declare who may call them. One without ``x-permission`` is not served."""
    for template, operations in document.get("paths", {}).items():
        if not template.startswith("/") or template.split("/")[1] in OWN_PATHS:
            continue
        for method in METHODS:
            operation = operations.get(method)
            if isinstance(operation, Mapping) and isinstance(permission := operation.get("x-permission"), str):
                yield Route(service, method.upper(), template, permission)
