"""Errors as RFC 9457 problems: one stable code, a sentence in the caller's language, a pointer per wrong field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from chassis.domain import Conflict, DomainError, Forbidden, Invalid, NotFound, Reason
from chassis.http.sentences import Catalogue, language_of
from chassis.refusals import Refusal
from chassis.telemetry import trace_id

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 200
"""So many fields are named; a body with more wrong ones says how many were left out."""

_status_of_kind: tuple[tuple[type[DomainError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Invalid, 422),
    (Forbidden, 403),
)
_code_of_status = {400: "malformed-body", 404: "no-such-route", 405: "method-not-allowed", 413: "body-too-large"}


def problem(
    request: Request,
    status: int,
    code: str,
    *,
    params: Mapping[str, Any] | None = None,
    reasons: Sequence[Reason] = (),
    said: Mapping[int, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer. ``said`` holds, by index of the reason, the sentence to use where the catalogue has none."""
    catalogue: Catalogue = request.app.state.catalogue
    language = language_of(request.headers.get("accept-language"))
    params, said = params or {}, said or {}
    body: dict[str, Any] = {
        "type": f"urn:problem:{request.app.state.service}:{code}",
        "title": catalogue.say(f"status-{status}", {}, language, otherwise=HTTPStatus(status).phrase),
        "status": status,
        "code": code,
        "detail": catalogue.say(code, params, language),
        "instance": request.url.path,
    }
    if params:
        body["params"] = params
    if reasons:
        body["errors"] = [
            {
                "code": reason.code,
                "pointer": _pointer(reason.field),
                "detail": catalogue.say(reason.code, reason.params, language, otherwise=said.get(index)),
                "params": reason.params,
            }
            for index, reason in enumerate(reasons[:MOST_ERRORS])
        ]
        if len(reasons) > MOST_ERRORS:
            body["errors_left_out"] = len(reasons) - MOST_ERRORS
    if trace := trace_id():
        body["trace_id"] = trace
    return Response(
        # A pointer may name a field with half a character in it; as an escape it is JSON, in UTF-8 it is nothing.
        json.dumps(body, ensure_ascii=False, default=str).encode(errors="backslashreplace"),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": language, "Vary": "Accept-Language", **(headers or {})},
    )


def of_domain(request: Request, error: DomainError) -> Response:
    """A business refusal. The kind gives the status; its reasons are named one by one."""
    status = next((status for kind, status in _status_of_kind if isinstance(error, kind)), 422)
    reasons = error.reasons
    one_without_field = len(reasons) == 1 and reasons[0].field is None and reasons[0].code == error.code
    return problem(request, status, error.code, params=error.params, reasons=() if one_without_field else reasons)


def of_refusal(request: Request, refusal: Refusal) -> Response:
    return problem(
        request,
        refusal.status,
        refusal.code,
        params=refusal.params,
        reasons=refusal.reasons,
        headers=refusal.headers,
    )


def of_validation(request: Request, error: RequestValidationError) -> Response:
    """What pydantic found. The values themselves are not repeated: they may be personal."""
    found = error.errors()
    if any(entry["type"] == "json_invalid" for entry in found):
        return problem(request, 400, "malformed-body", params={"position": found[0]["loc"][-1]})
    reasons = [Reason(_code(entry), _place(entry["loc"]), _plain(entry.get("ctx"))) for entry in found]
    said = {index: str(entry["msg"]) for index, entry in enumerate(found)}
    return problem(request, 422, "invalid-request", params={"count": len(found)}, reasons=reasons, said=said)


def of_http(request: Request, error: HTTPException) -> Response:
    code = _code_of_status.get(error.status_code, f"status-{error.status_code}")
    headers = error.headers
    if error.status_code == 405:
        headers = {"Allow": ", ".join(sorted(_methods_here(request)))}
    return problem(request, error.status_code, code, headers=headers)


def _methods_here(request: Request) -> set[str]:
    """What this address can be asked for. A path with several methods is several routes, and each knows its own."""
    found: set[str] = set()
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found


def _code(entry: Mapping[str, Any]) -> str:
    return str(entry["type"]).replace("_", "-")


def _place(location: Iterable[str | int]) -> str:
    """``("body", "lines", 0, "sku")`` -> ``lines/0/sku``; what is not in the body keeps its place in front."""
    parts = [str(part) for part in location]
    if parts and parts[0] == "body":
        return "/".join(_escaped(part) for part in parts[1:])
    return ":".join(parts)


def _pointer(place: str | None) -> str | None:
    """A JSON pointer into the body (``#/lines/0/sku``), or ``query:limit``, ``path:id``, ``header:if-match``."""
    if place is None or place.partition(":")[0] in ("query", "path", "header", "cookie"):
        return place
    return f"#/{place}" if place else "#"


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _plain(context: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: value if isinstance(value, (str, int, float, bool, list, type(None))) else str(value)
        for name, value in (context or {}).items()
    }
