"""Which refusals an operation documents: they follow from what it declares, so no route has to list them.

Invariant: a status that the chassis or a domain error can answer on a route stands in its document. 500 stands in none:
it is always a fault of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chassis.http.problems import MEDIA_TYPE
from chassis.http.units import transaction
from chassis.http.versions import if_match
from chassis.security.authentication import PUBLIC, SIGNED_IN

_WAIT = {
    "Retry-After": {"required": True, "description": "seconds", "schema": {"type": "integer", "minimum": 1}},
}
_MEANING: dict[int, tuple[str, dict[str, Any]]] = {
    400: ("it cannot be read", {}),
    401: ("no token, or none that holds", {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}),
    403: ("the right is missing, or it does not reach so far", {}),
    404: ("there is no such thing", {}),
    408: ("the body did not arrive in time", {}),
    409: ("not in this state, or the same command is being carried out right now", {}),
    412: ("changed since it was read", {}),
    413: ("the body is too large", {}),
    415: ("the body is not of a kind that is read here", {}),
    422: ("readable, but wrong; every wrong field is named", {}),
    428: ("the version that was read must be named (If-Match)", {}),
    429: ("called too often", _WAIT),
    503: ("what this needs is away; nothing was done", _WAIT),
}


def refused(meaning: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """A response object with a problem as its body."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    said: dict[str, Any] = {"description": f"Refused: {meaning}.", "content": {MEDIA_TYPE: problem}}
    return said | ({"headers": headers} if headers else {})


def name_of(status: int) -> str:
    """The component's name."""
    return f"Refused{status}"


def components() -> dict[str, Any]:
    """The response components that :func:`refusals` refers to."""
    return {name_of(status): refused(meaning, headers) for status, (meaning, headers) in _MEANING.items()}


def references(statuses: Iterable[int]) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{name_of(status)}"} for status in sorted(statuses)}


def refusals(
    operation: dict[str, Any], method: str, permission: str | None, calls: Iterable[Callable[..., Any] | None]
) -> set[int]:
    """The statuses other than success. ``calls`` are the route's dependencies."""
    called = set(calls)
    found = {422, 503}  # an address may hold what cannot be stored; the database may be away
    if permission != PUBLIC:
        found.add(401)
    if permission not in (PUBLIC, SIGNED_IN):
        found.add(403)
    if any(each["in"] == "path" for each in operation.get("parameters", ())):
        found.add(404)
    if "requestBody" in operation:
        found |= {400, 408, 413, 415}
    if method != "GET" and (transaction in called or permission not in (PUBLIC, SIGNED_IN)):
        found |= {404, 409}
    if if_match in called:
        found |= {412, 428}
    return found
