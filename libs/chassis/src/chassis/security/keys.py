"""Whose signature a service trusts, and which sessions no longer hold.

Invariant: what a verifier needs is in memory. Neither the gateway nor Kafka nor the database has to be there; each
only brings news.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog
from joserfc.jwk import KeySet, OKPKey

from chassis.security.key_file import UNREADABLE, KeyFile

log = structlog.get_logger("chassis.security")

ALGORITHM = "Ed25519"


def new_key(kid: str) -> OKPKey:
    """A signing key; only who issues tokens (the gateway, the testing kit) has one."""
    return OKPKey.generate_key("Ed25519", {"kid": kid, "alg": ALGORITHM, "use": "sig"})


def public_keys(keys: Iterable[OKPKey]) -> dict[str, Any]:
    """The JSON Web Key Set that services trust: old and new key during a rotation, never a private part."""
    return dict(KeySet(list(keys)).as_dict(private=False))


class KeyRing:
    """The trusted keys: those of the file named in settings, read again when it changes, and those learnt since."""

    def __init__(self, file: Path | None = None) -> None:
        self._from_file = KeyFile[dict[str, OKPKey]](file, _read, {})
        self._learnt: dict[str, OKPKey] = {}
        self._revoked: frozenset[str] = frozenset()

    def find(self, kid: str) -> OKPKey | None:
        return self._from_file.now().get(kid) or self._learnt.get(kid)

    def learn(self, key_set: Mapping[str, Any] | None, revoked: Iterable[str]) -> None:
        """What ``gateway.identity.v1`` says now; replaces what was learnt before, never what the file says."""
        if key_set is not None:
            try:
                self._learnt = _imported(key_set)
            except UNREADABLE as error:
                log.warning("a key set that was told cannot be read", error=str(error))
        self._revoked = frozenset(revoked)

    def is_revoked(self, session: str) -> bool:
        return session in self._revoked


def _read(file: Path) -> dict[str, OKPKey]:
    return _imported(json.loads(file.read_text()))


def _imported(key_set: Mapping[str, Any]) -> dict[str, OKPKey]:
    keys = (OKPKey.import_key(key) for key in key_set["keys"] if key.get("kty") == "OKP")
    return {str(key.kid): key for key in keys if key.kid}
