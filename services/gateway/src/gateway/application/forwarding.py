"""Which headers go in and out. In goes only what is known to be harmless, so nobody can claim to be somebody else."""

from __future__ import annotations

from collections.abc import Iterable

Header = tuple[bytes, bytes]

PASSED_IN = frozenset({
    b"accept", b"accept-language", b"content-type", b"content-encoding", b"idempotency-key", b"if-match",
    b"if-none-match", b"if-modified-since", b"range", b"user-agent",
})  # fmt: skip
"""Headers of the caller that a service gets: not ``Authorization``, ``X-…``, ``Forwarded`` or cookies."""
KEPT_BACK = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"upgrade",
    b"transfer-encoding", b"server", b"date", b"x-request-id", b"set-cookie", b"strict-transport-security",
})  # fmt: skip
"""Headers of an answer that concern only the connection to the service, or that are ours to set."""


def passed_in(headers: Iterable[Header]) -> list[Header]:
    return [header for header in headers if header[0] in PASSED_IN]


def passed_out(headers: Iterable[Header]) -> list[Header]:
    """A service's headers for the caller. An address on the service becomes the one callers use."""
    kept: list[Header] = []
    for name, value in headers:
        lowered = name.lower()
        if lowered in KEPT_BACK:
            continue
        if lowered == b"location" and value.startswith(b"/") and not value.startswith(b"//"):
            value = b"/api" + value
        kept.append((lowered, value))
    return kept
