"""What a transaction of the gateway works with."""

from functools import cached_property

from chassis import UnitOfWork
from gateway.adapters.api_keys import SqlApiKeys
from gateway.adapters.feed import FeedRows
from gateway.adapters.sessions import SqlIdentityLog, SqlSessions
from gateway.adapters.users import SqlRoles, SqlUsers


class GatewayUnitOfWork(UnitOfWork):
    """Binds the repositories. Rows for the feed are collected and written with one statement, last of all."""

    @cached_property
    def users(self) -> SqlUsers:
        return SqlUsers(self.connection)

    @cached_property
    def roles(self) -> SqlRoles:
        return SqlRoles(self.connection)

    @cached_property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self.connection)

    @cached_property
    def api_keys(self) -> SqlApiKeys:
        return SqlApiKeys(self.connection)

    @cached_property
    def identity_log(self) -> SqlIdentityLog:
        return SqlIdentityLog(self.connection)

    @cached_property
    def feed(self) -> FeedRows:
        return FeedRows()

    async def flush(self) -> None:
        await super().flush()
        await self.feed.write(self.connection)
