"""The gateway's signing key and the key set by which services trust it."""

from __future__ import annotations

import json

from joserfc.jwk import KeySet, OKPKey

from devkit.stack.home import Home, write_private


def make_keys(home: Home) -> None:
    """Both files, made once: services started before a new key would refuse the gateway."""
    signing, trusted = home.keys / "signing.json", home.keys / "trusted.json"
    if not signing.exists():
        key = OKPKey.generate_key("Ed25519", {"alg": "Ed25519", "use": "sig"}, auto_kid=True)
        write_private(signing, json.dumps(KeySet([key]).as_dict(private=True)))
    kept = KeySet.import_key_set(json.loads(signing.read_text()))
    wanted = json.dumps(kept.as_dict(private=False))
    if not trusted.exists() or trusted.read_text() != wanted:
        write_private(trusted, wanted)
    password = home.keys / "admin-password"
    if not password.exists():
        write_private(password, home.secret("user admin"))
