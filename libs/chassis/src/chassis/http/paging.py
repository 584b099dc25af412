"""Lists by cursor: the next page begins after a row, not at a number, so rows that come or go shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, overload
from uuid import UUID

from fastapi import Depends, Query
from typing_extensions import TypedDict

from chassis.domain import Reason
from chassis.refusals import Unprocessable

R = TypeVar("R")
V = TypeVar("V")
Key = tuple[Any, ...]

MOST = 200
DEFAULT = 50


class Listed(TypedDict, Generic[V]):
    """One page of a list. ``next`` is the cursor of the following page, ``None`` on the last."""

    items: list[V]
    next: str | None


class Cursor:
    """The sort key of the last row of a page, as text that callers pass back and do not read."""

    @staticmethod
    def encode(key: Key) -> str:
        text = json.dumps([_written(part) for part in key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @staticmethod
    def decode(cursor: str) -> Key:
        """Raises ``Unprocessable`` for text that is no cursor of ours."""
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            parts = json.loads(text)
            if not isinstance(parts, list) or b"\\u0000" in text:
                raise ValueError("not a list of key parts")
            return tuple(_read(part) for part in parts)
        except (ValueError, TypeError, KeyError, binascii.Error) as error:
            raise Unprocessable(reasons=(Reason("bad-cursor", "query:cursor"),), count=1) from error


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked: how many rows, and after which key (``None``: from the start)."""

    limit: int = DEFAULT
    after: Key | None = None

    @property
    def one_more(self) -> int:
        """How many rows to fetch: those of the page, and one that says whether there is a next page."""
        return self.limit + 1

    def begins_after(self, *kinds: type | UnionType) -> Any:
        """The key of the row before the page, its parts of these kinds, a single one by itself; ``None``: at the start.

        Raises ``Unprocessable`` for the cursor of another list, which the database would stumble over.
        """
        if self.after is None:
            return None
        if len(self.after) != len(kinds) or not all(map(isinstance, self.after, kinds)):
            raise Unprocessable(reasons=(Reason("bad-cursor", "query:cursor"),), count=1)
        return self.after[0] if len(kinds) == 1 else self.after

    @overload
    def of(self, rows: Sequence[R], *, key: Callable[[R], Key]) -> Listed[R]: ...

    @overload
    def of(self, rows: Sequence[R], *, key: Callable[[R], Key], view: Callable[[R], V]) -> Listed[V]: ...

    def of(self, rows: Sequence[R], *, key: Callable[[R], Key], view: Callable[[R], Any] | None = None) -> Listed[Any]:
        """The page of these rows; the one row too many only says that there is a next page."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return {
            "items": [view(row) for row in shown] if view else list(shown),
            "next": Cursor.encode(key(shown[-1])) if more and shown else None,
        }


async def paged(
    limit: Annotated[int, Query(ge=1, le=MOST, description="rows on a page")] = DEFAULT,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the page before")] = None,
) -> Page:
    return Page(limit, Cursor.decode(cursor) if cursor else None)


Paged = Annotated[Page, Depends(paged)]
"""The parameter of a handler that answers with a page of a list."""


def _written(part: Any) -> Any:
    match part:
        case datetime():
            return {"t": part.isoformat()}
        case date():
            return {"d": part.isoformat()}
        case UUID():
            return {"u": part.hex}
        case str() | int() | None:
            return part
    raise TypeError(f"{type(part).__name__} cannot be part of a cursor")


def _read(part: Any) -> Any:
    if not isinstance(part, dict):
        if part is not None and not isinstance(part, (str, int)):
            raise ValueError("not a key part")
        return part
    ((kind, text),) = part.items()
    readers: dict[str, Callable[[str], Any]] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "u": UUID}
    if not isinstance(text, str):
        raise ValueError("not a key part")
    value = readers[kind](text)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a point in time needs its offset")
    return value
