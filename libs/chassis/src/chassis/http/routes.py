"""What surrounds every handler: a readable body before it, one commit after it, a problem instead of an exception."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.params import Body, Form
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.domain import DomainError
from chassis.failures import is_transient
from chassis.http import problems
from chassis.http.body import JsonRequest, refuse_unstorable_address
from chassis.http.databases import must_be_repeated, refusal_for
from chassis.http.idempotency import Claim, claim_of, recall, remember
from chassis.http.openapi import permission_of
from chassis.http.units import close_units, drop_units, open_units
from chassis.refusals import Malformed, NotAllowed, Refusal, Unauthenticated, UnsupportedMedia
from chassis.runtime import Runtime
from chassis.security.authentication import SIGNED_IN, Requirement, known_principal

log = structlog.get_logger("chassis.http")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

TRIES = 3
"""How often a request is done again after a deadlock; its transaction was rolled back, so nothing is done twice."""


class EdgeRoute(APIRoute):
    """A route at the edge of a service. The handler knows none of this; it returns its answer or raises."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        reads_json = _reads_json(self)
        may_call = Requirement(permission_of(self) or SIGNED_IN)  # one that declares nothing is never served

        async def at_the_edge(received: Request) -> Response:
            request = JsonRequest(received.scope, received.receive)
            try:
                refuse_unstorable_address(request.scope)
                if reads_json:
                    await may_call(request)  # nobody's body is read for somebody who may not call
                    await _read(request)
                return await _done(request, handle)
            except Exception as error:
                return answer(request, error)

        return at_the_edge


def answer(request: Request, error: Exception) -> Response:
    """The problem that tells of ``error``. What nobody foresaw is logged and told as 500 without its words."""
    match error:
        case DomainError():
            return problems.of_domain(request, error)
        case Refusal():
            return problems.of_refusal(request, error)
        case RequestValidationError():
            return problems.of_validation(request, error)
        case HTTPException():
            return problems.of_http(request, error)
    refusal = refusal_for(error)
    if refusal is not None:
        if refusal.status >= 500:
            log.warning("request not served", path=request.url.path, error=f"{type(error).__name__}: {error}"[:300])
        return problems.of_refusal(request, refusal)
    log.error("request failed", method=request.method, path=request.url.path, exc_info=error)
    return problems.problem(request, 500, "internal-error")


async def _done(request: JsonRequest, handle: Handler) -> Response:
    for left in range(TRIES - 1, -1, -1):
        claim: Claim | None = None
        try:
            response = await handle(request)
            if response.status_code >= 400:
                await drop_units(request, _Refused())
                return response
            writing = [unit for unit in open_units(request) if unit.writing]
            if writing and hasattr(response, "body"):
                claim = await claim_of(request, known_principal(request))
                if claim is not None:
                    await remember(writing[0].uow.connection, claim, response)
            await close_units(request)
        except BaseException as error:
            await drop_units(request, error)
            if not isinstance(error, Exception):
                raise
            if left and must_be_repeated(error):
                continue
            first = await _first_answer(request, claim, error)
            if first is None:
                raise
            return first
        return response
    raise AssertionError("unreachable")


async def _first_answer(request: Request, claim: Claim | None, error: Exception) -> Response | None:
    """What was answered under the same key before: a repeated command may fail on the effect of its first run."""
    if isinstance(error, (Unauthenticated, NotAllowed, RequestValidationError)) or is_transient(error):
        return None
    claim = claim or await claim_of(request, known_principal(request))
    if claim is None:
        return None
    runtime: Runtime = request.app.state.runtime
    async with runtime.engine.connect() as connection:
        return await recall(connection, claim)


async def _read(request: JsonRequest) -> None:
    raw = await request.body()
    if not raw:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMedia(given=kind[:100])
    try:
        await request.json()
    except ValueError as error:
        raise Malformed(position=getattr(error, "pos", 0)) from error


def _reads_json(route: APIRoute) -> bool:
    if route.body_field is None:
        return False
    declared = route.body_field.field_info
    return isinstance(declared, Body) and not isinstance(declared, Form) and declared.media_type == "application/json"


class _Refused(Exception):
    """Rolls back what a handler did before it answered with a refusal of its own."""
