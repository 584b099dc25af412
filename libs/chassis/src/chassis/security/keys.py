"""Whose signature a service trusts, and which sessions no longer hold.

Invariant: what a verifier needs is in memory. Neither the gateway nor Kafka nor the database has to be there; each
only brings news.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

log = structlog.get_logger("chassis.security")

ALGORITHM = "Ed25519"
LOOK_AGAIN = 1.0
"""Seconds between two looks at the key file."""
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, JoseError)


def new_key(kid: str) -> OKPKey:
    """A signing key; only who issues tokens (the gateway, the testing kit) has one."""
    return OKPKey.generate_key("Ed25519", {"kid": kid, "alg": ALGORITHM, "use": "sig"})


def public_keys(keys: Iterable[OKPKey]) -> dict[str, Any]:
    """The JSON Web Key Set that services trust: old and new key during a rotation, never a private part."""
    return dict(KeySet(list(keys)).as_dict(private=False))


class KeyRing:
    """The trusted keys: those of the file named in settings, read again when it changes, and those learnt since."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._looked = float("-inf")
        self._from_file: dict[str, OKPKey] = {}
        self._learnt: dict[str, OKPKey] = {}
        self._revoked: frozenset[str] = frozenset()

    def find(self, kid: str) -> OKPKey | None:
        self._look()
        return self._from_file.get(kid) or self._learnt.get(kid)

    def learn(self, key_set: Mapping[str, Any] | None, revoked: Iterable[str]) -> None:
        """What ``gateway.identity.v1`` says now; replaces what was learnt before, never what the file says."""
        if key_set is not None:
            try:
                self._learnt = _imported(key_set)
            except _UNREADABLE as error:
                log.warning("a key set that was told cannot be read", error=str(error))
        self._revoked = frozenset(revoked)

    def is_revoked(self, session: str) -> bool:
        return session in self._revoked

    def _look(self) -> None:
        now = time.monotonic()
        if self._file is None or now - self._looked < LOOK_AGAIN:
            return
        self._looked = now
        try:
            stat = self._file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                self._from_file = _imported(json.loads(self._file.read_text()))
                self._stamp = stamp
        except (OSError, *_UNREADABLE) as error:
            # A file that is away or half written leaves the keys of the last good reading in force.
            log.warning("trusted keys not readable", file=str(self._file), error=str(error))


def _imported(key_set: Mapping[str, Any]) -> dict[str, OKPKey]:
    keys = (OKPKey.import_key(key) for key in key_set["keys"] if key.get("kty") == "OKP")
    return {str(key.kid): key for key in keys if key.kid}
