"""What a test puts in the place of the world: a clock, settings that staff changed, somebody who is signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2

from chassis.security import Principal, mint
from chassis.unit_of_work import LiveSettings


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment


class ChangedSettings:
    """Business settings with some changed by a test."""

    def __init__(self, rest: LiveSettings) -> None:
        self._rest = rest
        self._changed: dict[str, Any] = {}

    def __setitem__(self, declared: Any, value: Any) -> None:
        self._changed[declared.name] = value

    def value(self, declared: Any) -> Any:
        return self._changed[declared.name] if declared.name in self._changed else self._rest.value(declared)


class SignedIn(httpx2.Auth):
    """A fresh token for every request: tokens live a minute, tests may be slower."""

    def __init__(self, key: Any, principal: Principal, audience: str) -> None:
        self._key, self._principal, self._audience = key, principal, audience

    def auth_flow(self, request: httpx2.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {mint(self._key, self._principal, self._audience)}"
        yield request
