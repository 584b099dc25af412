"""Who may call what: the gateway's tokens verified from memory, permissions declared by each route."""

from chassis.security.authentication import Authenticate, authenticated, bearer, public, requires, signed_in
from chassis.security.key_file import KeyFile
from chassis.security.keys import KeyRing, new_key, public_keys
from chassis.security.principal import Principal
from chassis.security.tokens import TokenVerifier, mint

__all__ = [
    "Authenticate",
    "KeyFile",
    "KeyRing",
    "Principal",
    "TokenVerifier",
    "authenticated",
    "bearer",
    "mint",
    "new_key",
    "public",
    "public_keys",
    "requires",
    "signed_in",
]
