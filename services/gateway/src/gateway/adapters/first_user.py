"""The first administrator, without whom nobody could let anybody in."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from sqlalchemy import text

from chassis import Runtime
from chassis.failures import is_transient
from contracts import Actor
from gateway.application.accounts import ADMINISTRATOR
from gateway.application.errors import LoginTaken
from gateway.application.passwords import Passwords
from gateway.application.users import create_user
from gateway.settings import GatewaySettings

log = structlog.get_logger("gateway.first_user")

_ALONE = text("SELECT pg_advisory_xact_lock(1718187124)")
_ANY = text("SELECT 1 FROM users WHERE :role = ANY(roles) LIMIT 1")


async def make_first_user(runtime: Runtime, settings: GatewaySettings, passwords: Passwords) -> None:
    """Make the administrator of the settings if there is none. Waits for the database as long as it takes."""
    password = settings.first_password()
    if password is None:
        return
    hash: str | None = None
    while True:
        try:
            async with runtime.engine.connect() as connection:
                if (await connection.execute(_ANY, {"role": ADMINISTRATOR})).first() is not None:
                    return
            hash = hash or await passwords.hash(password)
            async with runtime.transaction(Actor.system("gateway"), origin="settings") as uow:
                await uow.connection.execute(_ALONE)
                if (await uow.connection.execute(_ANY, {"role": ADMINISTRATOR})).first() is None:
                    await _make(uow, settings.admin_login, hash)
        except LoginTaken:
            log.error("the first administrator's login belongs to a user without the role", login=settings.admin_login)
            return
        except Exception as error:
            if not is_transient(error):
                raise
            await asyncio.sleep(1)
        else:
            return


async def _make(uow: Any, login: str, hash: str) -> None:
    await create_user(uow, login=login, name="Administrator", password_hash=hash, roles=[ADMINISTRATOR], stores=[])
    log.info("first administrator made", login=login)
