"""The private keys of the gateway: the first in the file signs, all of them are believed.

Rotation never breaks a call: a key is believed everywhere before it signs, and still believed after it has stopped.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from chassis.security import KeyFile, public_keys


class NoSigningKey(Exception):
    """The gateway cannot sign: the setting names no file, or the file holds no key."""


class SigningKeys:
    """The keys of a file that may change while we run."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._keys = KeyFile[list[OKPKey]](file, read_keys, [])

    @property
    def generation(self) -> int:
        """Counts how often the keys have changed."""
        return self._keys.generation

    def current(self) -> OKPKey:
        """The key that signs. Raises ``NoSigningKey``."""
        keys = self._keys.now()
        if not keys:
            where = self._file or "GATEWAY_SIGNING_KEYS_FILE"
            raise NoSigningKey(f"{where} names no Ed25519 key; python -m gateway.rotate_keys makes a file with one")
        return keys[0]

    def find(self, kid: str) -> OKPKey | None:
        return next((key for key in self._keys.now() if key.kid == kid), None)

    def public(self) -> dict[str, Any]:
        """The key set that services trust."""
        self.current()
        return public_keys(self._keys.now())


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
