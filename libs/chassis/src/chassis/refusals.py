"""Refusals that belong to the edge, not to the business: they name an HTTP status, domain errors never do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from chassis.domain import Reason


class Refusal(Exception):
    """An answer other than success. ``code`` names the sentence in the catalogue, ``params`` are its values."""

    status: ClassVar[int]
    code: str = "refused"

    def __init__(
        self,
        code: str | None = None,
        *,
        reasons: tuple[Reason, ...] = (),
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> None:
        self.code = code or type(self).code
        self.reasons = reasons
        self.headers = dict(headers or {})
        self.params = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class Malformed(Refusal):
    """What came in cannot be read at all."""

    status = 400
    code = "malformed-body"


class Unauthenticated(Refusal):
    """No token, or none that holds: expired, forged, for another service, revoked."""

    status = 401
    code = "token-missing"

    def __init__(self, code: str | None = None, **params: Any) -> None:
        super().__init__(code, headers={"WWW-Authenticate": "Bearer"}, **params)


class NotAllowed(Refusal):
    """The bearer of the token lacks the permission of this route."""

    status = 403
    code = "permission-missing"


class CallerSilent(Refusal):
    """The caller stopped sending its body, or took too long over it."""

    status = 408
    code = "caller-silent"


class InFlight(Refusal):
    """The same Idempotency-Key is being worked on at this moment."""

    status = 409
    code = "request-in-flight"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class StaleVersion(Refusal):
    """The object has changed since the caller read it. ``current`` is its version now."""

    status = 412
    code = "stale-version"

    def __init__(self, *, current: int) -> None:
        super().__init__(current=current, headers={"ETag": f'"{current}"'})


def refuse_stale(seen: int | None, current: int) -> None:
    """Raises ``StaleVersion`` if the caller has seen another version; ``None``: any will do."""
    if seen is not None and seen != current:
        raise StaleVersion(current=current)


class TooLarge(Refusal):
    status = 413
    code = "body-too-large"


class UnsupportedMedia(Refusal):
    """A body that is not JSON where JSON is read."""

    status = 415
    code = "body-not-json"


class Unprocessable(Refusal):
    """Readable, but wrong in one field or several; each stands in ``reasons``."""

    status = 422
    code = "invalid-request"


class VersionMissing(Refusal):
    """The route edits by version and the request named none."""

    status = 428
    code = "version-missing"


class TooMany(Refusal):
    """More calls than allowed. ``retry_after`` is in seconds, at least one."""

    status = 429
    code = "too-many-requests"

    def __init__(self, *, retry_after: float, code: str | None = None) -> None:
        seconds = max(1, round(retry_after + 0.5))
        super().__init__(code, headers={"Retry-After": str(seconds)}, seconds=seconds)


class Unavailable(Refusal):
    """Something this request needs is away; it may be asked again. Nothing was written."""

    status = 503
    code = "database-away"

    def __init__(self, code: str | None = None, *, retry_after: int = 2, **params: Any) -> None:
        super().__init__(code, headers={"Retry-After": str(retry_after)}, **params)
