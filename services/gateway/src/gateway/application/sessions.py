"""A login from its first password to its end. Every end is said on the identity topic, so that services hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.gateway.v1 import IdentityChanged
from gateway.application.accounts import User
from gateway.application.ports import Work
from gateway.application.secret_texts import hashed, new_refresh_token


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that is open, and the refresh token that continues it, once."""

    session: UUID
    user: UUID
    refresh_token: str


async def open_session(user: User, uow: Work, *, hours: float, origin: str, agent: str) -> Opened:
    """Let in a user whose password was right."""
    opened = Opened(uow.new_id(), user.id, new_refresh_token())
    await uow.sessions.open(
        opened.session, user.id, hashed(opened.refresh_token), hours=hours, origin=origin[:100], agent=agent[:300]
    )
    uow.audit("session.open", "session", opened.session, after={"user": str(user.id), "login": user.login})
    return opened


async def refresh_session(refresh_token: str, uow: Work, *, hours: float) -> Opened | None:
    """Continue a session with a new refresh token. ``None`` if this one does not hold.

    One that was used before is in two hands, and nobody can tell which is the thief's: its session ends.
    """
    use = await uow.sessions.use_refresh(hashed(refresh_token))
    if use.state == "replayed":
        await end_sessions([use.session], uow, because="refresh token used twice")
        uow.audit("session.end", "session", use.session, reason="a refresh token was used twice")
    if use.state != "fresh":
        return None
    renewed = Opened(use.session, use.user, new_refresh_token())
    await uow.sessions.renew(use.session, hashed(renewed.refresh_token), hours=hours)
    return renewed


async def sign_out(session: UUID, uow: Work) -> None:
    """The person leaves. Leaving twice is no error."""
    await end_sessions([session], uow, because="signed out")
    uow.audit("session.end", "session", session, reason="signed out")


async def end_sessions(sessions: Sequence[UUID], uow: Work, *, because: str) -> None:
    """End them here and, by the identity topic, everywhere. The caller leaves the audit trail."""
    ended = await uow.sessions.end(sessions, because)
    for session, until in sorted(ended.items()):
        uow.publish(IdentityChanged(identity=f"session:{session}", revoked_session=str(session), until=until))
    await uow.identity_log.note("session", ended)
