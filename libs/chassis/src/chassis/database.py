"""The connection to the service's one database, with a limit on everything that could otherwise wait for ever."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.settings import ServiceSettings

SCHEMA = "chassis"
"""Where the chassis keeps its own tables; the service's are in ``public``."""
WAIT_FOR_CONNECTION = 10
"""Seconds until somebody who waits for one of the pool's connections is told that the service is overloaded."""


def make_engine(settings: ServiceSettings, role: str = "") -> AsyncEngine:
    """Connects when first used, so a process starts with PostgreSQL away. Each lock protocol needs READ COMMITTED."""
    return create_async_engine(
        settings.sqlalchemy_url,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=WAIT_FOR_CONNECTION,
        pool_pre_ping=False,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        hide_parameters=True,  # what a failed statement was given may be personal, and ends in logs
        connect_args={
            "timeout": 5,
            "command_timeout": settings.statement_timeout + 5,
            "server_settings": {
                "application_name": f"{settings.instance}/{role}" if role else settings.instance,
                "statement_timeout": str(int(settings.statement_timeout * 1000)),
                "lock_timeout": "10s",
                "idle_in_transaction_session_timeout": "60s",
                "jit": "off",
                "timezone": "UTC",
            },
        },
    )
