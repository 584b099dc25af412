"""The transaction of a request: opened by a dependency, committed before the answer is sent, never by a handler.

A default ``yield`` dependency commits after the answer is out, so the commit is not left to one: the route holds the
open unit and closes it when it has the whole answer in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request

from chassis.runtime import Runtime
from chassis.security.authentication import authenticated
from chassis.telemetry import traceparent
from chassis.unit_of_work import UnitOfWork

_OPEN = "chassis.open_units"
U = TypeVar("U", bound=UnitOfWork)

Opened = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(slots=True)
class OpenUnit:
    """A unit of work that nobody has closed yet. ``writing`` ones are committed, the others only end."""

    uow: UnitOfWork
    block: AbstractAsyncContextManager[UnitOfWork]
    writing: bool


async def transaction(request: Request) -> Any:
    """Read and write.

    Committed when the handler has answered with less than 400, rolled back on anything else.
    """
    return await _open(request, await writing_block(request), writing=True)


async def writing_block(request: Request) -> AbstractAsyncContextManager[UnitOfWork]:
    """A transaction in the caller's name, not begun yet."""
    runtime: Runtime = request.app.state.runtime
    principal = await authenticated(request)
    return runtime.transaction(
        principal.actor, origin=_origin(request), traceparent=traceparent() or request.headers.get("traceparent")
    )


async def reading(request: Request) -> Any:
    """One READ ONLY transaction, one consistent view."""
    runtime: Runtime = request.app.state.runtime
    principal = await authenticated(request)
    return await _open(request, runtime.reading(principal.actor), writing=False)


Transaction = Annotated[U, Depends(transaction, scope="function")]
"""The parameter of a handler that changes something: ``Uow = Transaction[OrdersUnitOfWork]``."""
Reading = Annotated[U, Depends(reading)]
"""The parameter of a handler that only reads: ``Read = Reading[OrdersUnitOfWork]``."""


def open_units(request: Request) -> list[OpenUnit]:
    """The units this request has opened and not closed, in the order of opening."""
    units: list[OpenUnit] = request.scope.setdefault(_OPEN, [])
    return units


async def close_units(request: Request) -> None:
    """Flush and commit. What fails here fails the request: nothing has been answered yet."""
    units = open_units(request)
    while units:
        unit = units.pop()
        await unit.block.__aexit__(None, None, None)


async def drop_units(request: Request, error: BaseException) -> None:
    """Roll everything back because of ``error``, which stays the one that is told."""
    units = open_units(request)
    while units:
        unit = units.pop()
        with suppress(Exception):
            await unit.block.__aexit__(type(error), error, error.__traceback__)


async def _open(request: Request, block: AbstractAsyncContextManager[UnitOfWork], *, writing: bool) -> UnitOfWork:
    uow = await block.__aenter__()
    open_units(request).append(OpenUnit(uow, block, writing))
    return uow


def _origin(request: Request) -> str:
    """From where: the address the gateway saw, else the one that called."""
    forwarded = request.headers.get("x-forwarded-for")
    if forwarded:
        return forwarded.split(",")[0].strip()[:100]
    return request.client.host if request.client else ""


async def transactions(request: Request) -> Opened:
    """Units of work in the caller's name, opened by the handler one after the other or a few at once, each committed
    by itself at the end of its block.

    For a request that does many things of which each is whole by itself. It must not hold a ``transaction`` beside
    them: who holds one connection while waiting for another keeps both from somebody in the same place.
    """
    runtime: Runtime = request.app.state.runtime
    principal = await authenticated(request)
    trace = traceparent() or request.headers.get("traceparent")

    def begin() -> AbstractAsyncContextManager[Any]:
        return runtime.transaction(principal.actor, origin=_origin(request), traceparent=trace)

    return begin


Transactions = Annotated[Opened, Depends(transactions)]
"""The parameter of a handler that opens a transaction for each of many things: ``async with each() as uow``."""
