"""What a domain model may know of the chassis: nothing but the standard library stands behind this module.

An error here says what is wrong in business terms. Which HTTP status that is, and in which language the sentence
is told, is decided at the edge.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(eq=False, kw_only=True)
class Aggregate:
    """A consistency boundary that remembers what happened to it until someone announces it."""

    _happened: list[Any] = dataclasses.field(default_factory=list, init=False, repr=False)

    def _record(self, event: object) -> None:
        self._happened.append(event)

    def collect(self) -> list[Any]:
        """What happened since the last call, oldest first. Each event is handed out once."""
        happened, self._happened = self._happened, []
        return happened


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong: a stable code, where (``lines/0/sku``), and the values its sentence needs."""

    code: str
    field: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """A request that the business refuses. Changes nothing.

    ``code`` is stable and names the sentence in the catalogue (``OrderNotFound`` -> ``order-not-found``); keyword
    arguments are the values in that sentence. Raise one of the four kinds below, or a subclass that states the fact.
    """

    code: ClassVar[str] = "refused"

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        self.params: Mapping[str, Any] = params
        self.reasons: tuple[Reason, ...] = (Reason(self.code, field, params),)
        super().__init__(f"{self.code} {params}" if params else self.code)


class NotFound(DomainError):
    """There is no such thing, or none that the caller may see."""


class Conflict(DomainError):
    """The state does not allow it. Say the state and what is possible instead (``state=…, possible=[…]``)."""


class Invalid(DomainError):
    """What was asked is wrong in itself, in one field or several."""

    def __init__(self, reasons: Iterable[Reason] = (), *, field: str | None = None, **params: Any) -> None:
        super().__init__(field=field, **params)
        self.reasons = tuple(reasons) or self.reasons
        self.params = params or self.reasons[0].params


class Forbidden(DomainError):
    """The caller may not do this to this object."""
