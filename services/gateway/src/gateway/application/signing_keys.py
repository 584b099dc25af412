"""The private keys of the gateway: the first in the file signs, all of them are believed.

Rotation never breaks a call: a key is believed everywhere before it signs, and still believed after it has stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.security import public_keys

log = structlog.get_logger("gateway.keys")

LOOK_AGAIN = 1.0
"""Seconds between two looks at the file."""


class NoSigningKey(Exception):
    """The gateway cannot sign: the setting names no file, or the file holds no key."""


class SigningKeys:
    """The keys of a file that may change while we run. A file that is half written leaves the last good keys."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._looked = float("-inf")
        self._keys: list[OKPKey] = []
        self.generation = 0
        """Counts how often the keys have changed; what an older set has verified must be verified again."""

    def current(self) -> OKPKey:
        """The key that signs. Raises ``NoSigningKey``."""
        self._look()
        if not self._keys:
            where = self._file or "GATEWAY_SIGNING_KEYS_FILE"
            raise NoSigningKey(f"{where} names no Ed25519 key; python -m gateway.rotate_keys makes a file with one")
        return self._keys[0]

    def find(self, kid: str) -> OKPKey | None:
        self._look()
        return next((key for key in self._keys if key.kid == kid), None)

    def public(self) -> dict[str, Any]:
        """The key set that services trust."""
        self.current()
        return public_keys(self._keys)

    def _look(self) -> None:
        now = time.monotonic()
        if self._file is None or now - self._looked < LOOK_AGAIN:
            return
        self._looked = now
        try:
            stat = self._file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                self._keys = read_keys(self._file)
                self._stamp = stamp
                self.generation += 1
        except (OSError, ValueError, KeyError, JoseError) as error:
            log.warning("signing keys not readable", file=str(self._file), error=str(error))


def read_keys(file: Path) -> list[OKPKey]:
    """The private Ed25519 keys of a JSON key set, in its order. A key without a name gets its thumbprint."""
    keys = [OKPKey.import_key(key) for key in json.loads(file.read_text())["keys"] if key.get("kty") == "OKP"]
    for key in keys:
        key.ensure_kid()
    return [key for key in keys if key.is_private]


def digest(key_set: dict[str, Any]) -> str:
    """The same for the same keys, whatever their order."""
    keys = sorted(json.dumps(key, sort_keys=True) for key in key_set["keys"])
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
