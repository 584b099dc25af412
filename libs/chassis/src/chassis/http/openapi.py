"""The service's OpenAPI document: with the permission of every route, the problem every route may answer, examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from chassis.http.answers import components, references, refusals
from chassis.http.idempotency import LONGEST, METHODS
from chassis.http.links import add_links
from chassis.http.units import transaction
from chassis.security.authentication import PUBLIC, Requirement

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `detail` is a sentence by Accept-Language (vi, en, zh).",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "params": {"type": "object", "description": "the values in the sentence"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "code": {"type": "string"},
                    "pointer": {"type": ["string", "null"], "description": "`#/lines/0/sku`, `query:limit`"},
                    "detail": {"type": "string"},
                    "params": {"type": "object"},
                },
            },
        },
    },
    "example": {
        "type": "urn:problem:orders:invalid-request",
        "title": "Unprocessable Content",
        "status": 422,
        "code": "invalid-request",
        "detail": "The request is wrong in 1 place.",
        "instance": "/orders",
        "errors": [
            {
                "code": "missing",
                "pointer": "#/contact/phone",
                "detail": "This field is required.",
                "params": {},
            }
        ],
    },
}
_KEY_PARAMETER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again within 72 h, the same request has no second effect and gets the first answer.",
    "schema": {"type": "string", "maxLength": LONGEST},
    "example": "0198f2d2-7c1e-7e0a-9d0b-2f3f0d9c1a55",
}


def permission_of(route: APIRoute) -> str | None:
    """What the route requires; None if it declares nothing, which no route may."""
    for dependant in _flat(route.dependant):
        if isinstance(dependant.call, Requirement):
            return dependant.call.permission
    return None


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the whole application, made once."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        shared = schema.setdefault("components", {})
        shared.setdefault("schemas", {})["Problem"] = PROBLEM
        shared["responses"] = components()
        shared["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        for route in app.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    _completed(schema["paths"][route.path_format][method.lower()], route, method)
        shared["schemas"] |= dict(_hoisted(schema["paths"]))
        add_links(schema)
        app.openapi_schema = schema
    return app.openapi_schema


def _completed(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    permission = permission_of(route)
    operation["x-permission"] = permission
    operation["security"] = [] if permission == PUBLIC else [{"token": []}]
    calls = [dependant.call for dependant in _flat(route.dependant)]
    operation["responses"].pop("422", None)  # FastAPI's own shape, which we never answer
    operation["responses"] |= references(refusals(operation, method, permission, calls))
    if method in METHODS and transaction in calls:
        operation.setdefault("parameters", []).append(_KEY_PARAMETER)


def _hoisted(value: Any) -> Iterator[tuple[str, Any]]:
    """The ``$defs`` of schemas that a route wrote by hand, taken out: callers look for them among the components."""
    if isinstance(value, dict):
        yield from value.pop("$defs", {}).items()
        for inner in value.values():
            yield from _hoisted(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _hoisted(inner)


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _flat(below)
