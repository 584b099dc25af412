"""Passwords are kept as Argon2id hashes. Hashing takes its time and memory on purpose, so few are hashed at once."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from gateway.application.errors import PasswordTooWeak

SHORTEST, LONGEST = 10, 200
AT_ONCE = 2


class Passwords:
    """Hashes and verifies beside the event loop. ``AT_ONCE`` bounds memory: each hash takes ``memory_kib``."""

    def __init__(self, *, time_cost: int, memory_kib: int, parallelism: int) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
        self._few = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        async with self._few:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. For a user there is not (``None``) it takes as long as for one there is."""
        if kept is None:
            self._nobodys = self._nobodys or await self.hash(secrets.token_urlsafe())
        async with self._few:
            matches = await asyncio.to_thread(self._matches, kept or self._nobodys or "", password)
        return matches and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other costs than today's; then the next login makes a new one."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def check_strength(password: str, login: str) -> None:
    """Raises ``PasswordTooWeak``. Length is what counts; rules about signs only make people write passwords down."""
    if not SHORTEST <= len(password) <= LONGEST or password.strip().lower() == login.lower():
        raise PasswordTooWeak(field="password", shortest=SHORTEST, longest=LONGEST)
