"""Makes and rotates the gateway's signing keys: ``python -m gateway.rotate_keys SIGNING TRUSTED add|use|drop``.

``SIGNING`` is the private key set of ``GATEWAY_SIGNING_KEYS_FILE``, ``TRUSTED`` the public one of the services'
``…_TRUSTED_KEYS_FILE``. A rotation is three steps, with a minute between them for the news to reach everybody:
``add`` makes a new key that is believed but does not sign yet (and the first key of all, which signs at once),
``use`` lets the newest key sign, ``drop`` forgets all but the one that signs: not before the tokens of the old one have
expired. Running gateways and services follow their files; services also hear of it on ``gateway.identity.v1``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from joserfc.jwk import KeySet, OKPKey

from chassis.security import new_key, public_keys
from gateway.application.signing_keys import read_keys

STEPS = ("add", "use", "drop")


def rotate(signing: Path, trusted: Path, step: str) -> list[str]:
    """Take one step; the names of the keys from now on, the signing one first."""
    keys = read_keys(signing) if signing.exists() else []
    if step == "add":
        keys.append(new_key(f"key-{uuid4().hex[:12]}"))
    elif step == "use":
        keys.insert(0, keys.pop())
    else:
        keys = keys[:1]
    # What a service must believe is written before what the gateway signs with, and a key is dropped there last.
    writes = [(trusted, public_keys(keys), 0o644), (signing, _private(keys), 0o600)]
    for file, content, mode in reversed(writes) if step == "drop" else writes:
        _write(file, json.dumps(content), mode)
    return [str(key.kid) for key in keys]


def _private(keys: Sequence[OKPKey]) -> dict[str, object]:
    return dict(KeySet(list(keys)).as_dict(private=True))


def _write(file: Path, content: str, mode: int) -> None:
    """As a whole or not at all: a reader never sees half a file, and nobody else ever a private key."""
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as opened:
        opened.write(content)
    draft.replace(file)


def main(arguments: Sequence[str]) -> None:
    if len(arguments) != 3 or arguments[2] not in STEPS:
        sys.exit("usage: python -m gateway.rotate_keys SIGNING TRUSTED add|use|drop")
    names = rotate(Path(arguments[0]), Path(arguments[1]), arguments[2])
    print("signs:", names[0], "  believed too:", ", ".join(names[1:]) or "none")  # noqa: T201 - the answer


if __name__ == "__main__":
    main(sys.argv[1:])
