"""What a process is doing when it comes to a point, in words, read from the frames that are open.

A point alone says little: every request comes to the same. So a trap names what it waits for, e.g. ``POST /orders``,
``crm``'s ``orders <- order.placed``, or what a relay ``sends``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any

Locals = Mapping[str, Any]
Things = list[str]
_handled: dict[str, Things] = {}
"""By reader: what it has handled last in this process. When its position is told to the broker, nothing of it is left
in any frame."""


def describe(frame: FrameType | None) -> Things:
    """What the innermost open frame that knows it says; nothing if none does."""
    while frame is not None:
        tells = _TELLS.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if tells is not None and (said := tells(frame.f_locals)):
            return said
        frame = frame.f_back
    return []


def remember(point: str, frame: FrameType | None) -> None:
    """Keep in mind what a reader's transaction was about, once it is committed."""
    if point == "commit-before-wake" and (things := describe(frame)) and " <- " in things[0]:
        _handled[things[0].partition(" <- ")[0]] = things


def _request(of: Locals) -> Things:
    request = of["request"]
    return [f"{request.method} {request.scope['route'].path}"]


def _batch(of: Locals) -> Things:
    return _read_by(of["self"]._reader.name, (each.record.header("ce_type") for each in of["arrived"]))


def _letter(of: Locals) -> Things:
    return _read_by(of["reader"].name, [of["record"].header("ce_type")])


def _replay(of: Locals) -> Things:
    return _read_by(of["reader"].name, (letter.type for letter in of.get("letters", ())))


def _position(of: Locals) -> Things:
    return _handled.get(of["self"].reader.name, [])


def _sending(of: Locals) -> Things:
    return [f"sends {type}" for type in sorted({row.headers["ce_type"] for row in of["rows"]})]


def _read_by(reader: str, types: Iterable[str | None]) -> Things:
    return [f"{reader} <- {type}" for type in sorted({type or "?" for type in types})]


_TELLS: dict[tuple[str, str], Callable[[Locals], Things]] = {
    ("chassis.http.routes", "_done"): _request,
    ("chassis.delivery", "_together"): _batch,
    ("chassis.delivery", "_put_on_desk"): _letter,
    ("chassis.replays", "_replay"): _replay,
    ("chassis.positions", "tell_broker"): _position,
    ("chassis.sending", "send"): _sending,
    ("chassis.relay", "_round"): _sending,
    ("chassis.migrations", "_own_tables"): lambda of: [str(of["script"].name)],
    ("chassis.migrations", "_upgrade"): lambda of: ["a revision of the service"],
}
