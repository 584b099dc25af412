"""Commands on many objects: a transaction for each, so that what one of them refuses the others do not feel.

    Apart = Annotated[EachApart, Depends(apart)]

    answers = [await apart(lambda uow: confirm(id, uow)) for id in ids]

What is done is committed before the next one begins; a request that breaks off has done the first of them, and whoever
sends it again needs commands that may be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from chassis.domain import DomainError
from chassis.http import problems
from chassis.http.databases import must_be_repeated, refusal_for
from chassis.http.units import writing_block
from chassis.refusals import Refusal

T = TypeVar("T")

TRIES = 3
"""How often one object's transaction is done again after a deadlock."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One object's refusal, as the problem (RFC 9457) that a request for it alone would have been answered."""

    problem: dict[str, Any]


class EachApart:
    """Called with what is to be done to one object; gives its answer, or why it was refused."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def __call__(self, work: Callable[[Any], Awaitable[T]]) -> T | Refused:
        """Raises only what is nobody's fault among the objects: a database that is away, a defect of ours."""
        for left in range(TRIES - 1, -1, -1):
            try:
                async with await writing_block(self._request) as uow:
                    return await work(uow)
            except DomainError as error:
                return Refused(_body(problems.of_domain(self._request, error)))
            except Exception as error:
                if left and must_be_repeated(error):
                    continue
                refusal = error if isinstance(error, Refusal) else refusal_for(error)
                if refusal is None or refusal.status >= 500:
                    raise
                return Refused(_body(problems.of_refusal(self._request, refusal)))
        raise AssertionError("unreachable")


def apart(request: Request) -> EachApart:
    """The dependency; the route names its permission as any other does."""
    return EachApart(request)


def _body(problem: Response) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(bytes(problem.body))
    return told
