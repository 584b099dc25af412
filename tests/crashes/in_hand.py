"""What a process is doing when it comes to a point, in words, read from the frames that are open.

A point alone says little: every request comes to the same. So a trap names what it waits for, e.g. ``POST /orders``,
``crm``'s ``orders <- order.placed``, or what a relay ``sends``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any

Locals = Mapping[str, Any]
_handled: dict[str, str] = {}
"""By reader: what it has handled last in this process. When its position is told to the broker, nothing of it is left
in any frame."""


def describe(frame: FrameType | None) -> str:
    """The innermost open frame that says what it is about; empty if none does."""
    while frame is not None:
        tells = _TELLS.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if tells is not None and (said := tells(frame.f_locals)):
            return said
        frame = frame.f_back
    return ""


def remember(point: str, frame: FrameType | None) -> None:
    """Keep in mind what a reader's transaction was about, once it is committed."""
    if point == "commit-before-wake":
        reader, arrow, what = describe(frame).partition(" <- ")
        if arrow:
            _handled[reader] = what


def _request(of: Locals) -> str:
    request = of["request"]
    return f"{request.method} {request.scope['route'].path}"


def _batch(of: Locals) -> str:
    return f"{of['self']._reader.name} <- {_types(each.record for each in of['arrived'])}"


def _letter(of: Locals) -> str:
    return f"{of['reader'].name} <- {_types([of['record']])}"


def _replay(of: Locals) -> str:
    return f"{of['reader'].name} <- {', '.join(sorted({letter.type or '?' for letter in of.get('letters', ())}))}"


def _position(of: Locals) -> str:
    reader = of["self"].reader.name
    return f"{reader} <- {_handled.get(reader, 'nothing yet')}"


def _sending(of: Locals) -> str:
    return f"sends {', '.join(sorted({row.headers['ce_type'] for row in of['rows']}))}"


def _types(records: Iterable[Any]) -> str:
    return ", ".join(sorted({record.header("ce_type") or "?" for record in records}))


_TELLS: dict[tuple[str, str], Callable[[Locals], str]] = {
    ("chassis.http.routes", "_done"): _request,
    ("chassis.delivery", "_together"): _batch,
    ("chassis.delivery", "_put_on_desk"): _letter,
    ("chassis.replays", "_replay"): _replay,
    ("chassis.subscription", "_tell_broker"): _position,
    ("chassis.relay", "_send"): _sending,
    ("chassis.relay", "_round"): _sending,
    ("chassis.migrations", "_own_tables"): lambda of: str(of["script"].name),
    ("chassis.migrations", "_upgrade"): lambda of: "a revision of the service",
}
