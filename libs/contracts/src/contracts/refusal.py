"""How every door and every screen tells why something was refused."""

from typing import Any

from pydantic import Field

from contracts.event import Body


class Refusal(Body):
    """One reason: a stable code, where (``/lines/0/sku``), a sentence, and the values in it."""

    code: str
    pointer: str | None = None
    detail: str
    params: dict[str, Any] = Field(default_factory=dict)
