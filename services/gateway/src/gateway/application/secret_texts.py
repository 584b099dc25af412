"""Secrets that we hand out and keep only as hashes: refresh tokens and API keys.

They are random and long, so a plain SHA-256 cannot be guessed back, and a look-up by hash takes no time to tell.
"""

import hashlib
import secrets

KEY_PREFIX = "ganh_"
_REFRESH_PREFIX = "refresh_"
HINT = 10
"""Characters of a key that may be shown again."""


def new_key_text() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_refresh_token() -> str:
    return _REFRESH_PREFIX + secrets.token_urlsafe(32)


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
