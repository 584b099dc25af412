"""One document for callers out of one per service: what each says, at the addresses under which callers reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.http.answers import name_of, references, refused
from gateway.application.routing import METHODS, RoutingTable

SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token from POST /api/auth/token.",
    },
    "password": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/api/auth/token", "scopes": {}}}},
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An integration's key from POST /api/keys; also as a bearer token.",
    },
}
_SECURED: list[dict[str, list[str]]] = [{name: []} for name in SECURITY_SCHEMES]
EVERYWHERE = frozenset({400, 429})
"""What the edge may answer to any call: the address is refused, the caller calls too often."""
PASSED_ON = frozenset({502, 504})
"""What it may answer in the place of a service: who broke off, or was silent."""
_OURS = {
    502: "the service broke off; it may have had its effect",
    504: "the service was silent; it may have had its effect",
}
_DESCRIPTION = """\
Every service of the shop under one address. Sign in with `POST /api/auth/token` and send the access token as
`Authorization: Bearer …`; integrations send their key as `X-API-Key`. Commands honour `Idempotency-Key`, edits take
`If-Match`, errors are problems (RFC 9457) in the language of `Accept-Language` (vi, en, zh).
`x-permission` names what a call needs."""


def merged(
    own: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]], table: RoutingTable, public_url: str
) -> dict[str, Any]:
    """The gateway's own document and the services', each service's components under its name (``orders.OrderView``).

    Only what the routing table serves is shown.
    """
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    tags: dict[str, str] = {}
    _take(own, "gateway", paths, components, tags, prefix="", wanted=None)
    served = {(route.service, route.method.lower(), route.template) for route in table.routes}
    for service, document in documents.items():
        wanted = {(method, template) for owner, method, template in served if owner == service}
        _take(document, service, paths, components, tags, prefix="/api", wanted=wanted)
    components["securitySchemes"] = dict(SECURITY_SCHEMES)
    said = {name_of(status): refused(meaning) for status, meaning in _OURS.items()}
    components.setdefault("responses", {}).update(
        {f"gateway.{n}": _renamed(each, "gateway") for n, each in said.items()}
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ganh", "version": own.get("info", {}).get("version", "1"), "description": _DESCRIPTION},
        "servers": [{"url": public_url}],
        "tags": [{"name": name} | ({"description": said} if said else {}) for name, said in sorted(tags.items())],
        "paths": dict(sorted(paths.items())),
        "components": components,
        "security": _SECURED,
    }


def _take(
    document: Mapping[str, Any],
    service: str,
    paths: dict[str, Any],
    components: dict[str, dict[str, Any]],
    tags: dict[str, str],
    *,
    prefix: str,
    wanted: set[tuple[str, str]] | None,
) -> None:
    for tag in document.get("tags", ()):
        tags.setdefault(tag["name"], tag.get("description", ""))
    for kind, members in document.get("components", {}).items():
        if kind != "securitySchemes":
            place = components.setdefault(kind, {})
            place.update({f"{service}.{name}": _renamed(member, service) for name, member in members.items()})
    for template, item in document.get("paths", {}).items():
        if wanted is None and not template.startswith("/api/"):
            continue
        kept = {
            method: _operation(operation, service, method, template)
            for method, operation in item.items()
            if method in METHODS and (wanted is None or (method, template) in wanted)
        }
        if kept:
            shared = {name: _renamed(item[name], service) for name in ("parameters", "summary") if name in item}
            paths.setdefault(prefix + template, {}).update(shared | kept)
            for operation in kept.values():
                tags.setdefault(operation["tags"][0], "")


def _operation(operation: Mapping[str, Any], service: str, method: str, template: str) -> dict[str, Any]:
    kept: dict[str, Any] = {name: _renamed(value, service) for name, value in operation.items() if name != "security"}
    kept["tags"] = list(operation.get("tags") or [service])
    kept["operationId"] = f"{service}.{operation.get('operationId') or method + template}"
    if operation.get("x-permission") == "public":
        kept["security"] = []
    kept["responses"] = _at_the_edge(operation, service) | dict(kept.get("responses", {}))
    for answer in kept["responses"].values():
        for link in answer.get("links", {}).values():
            link["operationId"] = f"{service}.{link['operationId']}"
    return kept


def _at_the_edge(operation: Mapping[str, Any], service: str) -> dict[str, Any]:
    """The refusals of the edge itself, whoever serves the operation."""
    asks_others = service != "gateway" or "operations" in operation.get("tags", ())
    found = references(EVERYWHERE | (PASSED_ON if asks_others else set()))
    renamed: dict[str, Any] = _renamed(found, "gateway")
    return renamed


def _renamed(value: Any, service: str) -> Any:
    """A copy in which every reference to a component names the service too."""
    if isinstance(value, dict):
        return {
            name: _reference(part, service)
            if name == "$ref" and isinstance(part, str)
            else _mapping(part, service)
            if name == "mapping" and isinstance(part, dict)
            else _renamed(part, service)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_renamed(part, service) for part in value]
    return value


def _reference(reference: str, service: str) -> str:
    if not reference.startswith("#/components/"):
        return reference
    kind, _, name = reference.removeprefix("#/components/").partition("/")
    return f"#/components/{kind}/{service}.{name}"


def _mapping(mapping: Mapping[str, Any], service: str) -> dict[str, Any]:
    """A discriminator's values are references without being called so."""
    return {
        name: _reference(target, service) if isinstance(target, str) else _renamed(target, service)
        for name, target in mapping.items()
    }
