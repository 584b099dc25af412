"""Edits by version: who read version 3 may not overwrite version 4 unseen."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header
from starlette.responses import Response

from chassis.domain import Reason
from chassis.refusals import Unprocessable

MOST = 2**31


async def if_match(
    if_match: Annotated[str | None, Header(description='the version that was read, as in its ETag: `"3"`')] = None,
) -> int | None:
    """The version the caller read; ``None`` if he named none or any (``*``). For ``refuse_stale``."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/")
    inside = text[1:-1]
    quoted = len(text) > 2 and text[0] == text[-1] == '"'
    if quoted and len(inside) <= 10 and inside.isascii() and inside.isdigit() and int(inside) < MOST:
        return int(inside)
    raise Unprocessable(reasons=(Reason("bad-version", "header:if-match"),), count=1)


SeenVersion = Annotated[int | None, Depends(if_match)]
"""The parameter of a handler that edits by version."""


def etag(response: Response, version: int) -> None:
    """Says which version the answer shows."""
    response.headers["ETag"] = f'"{version}"'
