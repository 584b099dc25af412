"""Thresholds of the business: declared with their default and bounds, changed by people, never written into code.

A change is one row with its history and reason; every process of the service follows within five seconds. What nobody
has changed has its declared default, also while the database is away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, cast

import structlog
from pydantic import Field, TypeAdapter, ValidationError

from chassis.domain import Invalid

T = TypeVar("T")
log = structlog.get_logger("chassis.settings")

WRITE = "settings:write"


class SettingOutOfBounds(Invalid):
    """A value of the wrong type, or outside of what the declaration allows."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting(Generic[T]):
    """One declared threshold. ``write`` is the permission to change it; ``unit`` what its number counts."""

    name: str
    default: T
    ge: float | None
    le: float | None
    choices: tuple[T, ...]
    unit: str
    description: str
    capability: str | None
    write: str
    adapter: TypeAdapter[T]

    def checked(self, value: object) -> T:
        """The value, if it may be set. Raises ``SettingOutOfBounds``."""
        try:
            found = self.adapter.validate_python(value)
        except ValidationError:
            raise SettingOutOfBounds(field="value", name=self.name, allowed=self.allowed()) from None
        if self.choices and found not in self.choices:
            raise SettingOutOfBounds(field="value", name=self.name, allowed=self.allowed())
        return found

    def allowed(self) -> str:
        """What may be set, in a few signs: ``1 … 720 hours``."""
        if self.choices:
            return " | ".join(str(choice) for choice in self.choices)
        low, high = ("" if bound is None else f"{bound:g}" for bound in (self.ge, self.le))
        bounds = f"{low} … {high}" if low or high else type(self.default).__name__
        return f"{bounds} {self.unit}".strip()


def setting(
    name: str,
    *,
    default: T,
    description: str,
    ge: float | None = None,
    le: float | None = None,
    choices: Sequence[T] = (),
    unit: str = "",
    capability: str | None = None,
    write: str = WRITE,
    type: Any = None,
) -> Setting[T]:
    """Declare a threshold; read it with ``uow.setting(declared)``.

    ``ge`` and ``le`` bound a number, or the length of a list or text. ``type`` is needed only where the default does
    not tell (``list[str]``). Raises ``ValueError`` if the default itself is not allowed.
    """
    kind = type if type is not None else default.__class__
    if isinstance(default, (int, float)):
        limits = Field(ge=ge, le=le)
    elif isinstance(default, (str, list, tuple)):
        limits = Field(min_length=None if ge is None else int(ge), max_length=None if le is None else int(le))
    else:
        limits = Field()
    strict = not isinstance(default, (float, tuple))
    declared = Setting(
        name=name,
        default=default,
        ge=ge,
        le=le,
        choices=tuple(choices),
        unit=unit,
        description=description,
        capability=capability,
        write=write,
        adapter=TypeAdapter[T](cast("Any", Annotated[kind, limits]), config={"strict": strict}),
    )
    try:
        declared.checked(default)
    except SettingOutOfBounds as error:
        raise ValueError(f"the default of {name} is not allowed: {declared.allowed()}") from error
    return declared


class StoredSettings:
    """The settings of one process as the database said last."""

    def __init__(self, declared: Sequence[Setting[Any]] = ()) -> None:
        self.declared = {each.name: each for each in declared}
        self._values: dict[str, Any] = {}
        if len(self.declared) != len(declared):
            raise ValueError("two business settings have the same name")

    def value(self, declared: Setting[T]) -> T:
        return cast("T", self._values.get(declared.name, declared.default))

    def learn(self, stored: Mapping[str, Any]) -> None:
        """What is stored now. A value that a newer declaration no longer allows counts as not set."""
        values: dict[str, Any] = {}
        for name, value in stored.items():
            declared = self.declared.get(name)
            if declared is None:
                continue
            try:
                values[name] = declared.checked(value)
            except SettingOutOfBounds:
                log.warning("a stored setting is not allowed any more", setting=name, allowed=declared.allowed())
        self._values = values
