"""What the checks look at: the services' databases, the topics, and the history they are held against."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from devkit.native.ports import LOCALHOST
from devkit.stack.access import Declared, declared
from devkit.stack.environment import settings_of
from devkit.stack.home import Home
from devkit.stack.servers import Servers
from devkit.truth.history import History
from devkit.truth.topics import Topic, read_topics

Row = Mapping[str, Any]


def database_url(home: Home, service: str) -> str:
    """The service's database with its own login."""
    password = home.secret(f"database {service}")
    return f"postgresql://{service}:{password}@{LOCALHOST}:{home.ports.postgres}/{service}"


@dataclass(frozen=True)
class Evidence:
    """``declared`` is what each service says that it publishes and reads."""

    history: History
    topics: Mapping[str, Topic]
    declared: Mapping[str, Declared]
    _connections: Mapping[str, asyncpg.Connection[Any]]

    @property
    def services(self) -> list[str]:
        return list(self._connections)

    async def ask(self, service: str, query: str, *values: Any) -> list[Row]:
        """Rows of that service's database; nothing can be changed this way."""
        return await self._connections[service].fetch(query, *values)

    def topic(self, name: str) -> Topic:
        """An empty one if there is no such topic."""
        return self.topics.get(name) or Topic(name, [], {}, {})

    def topics_like(self, name: str) -> list[Topic]:
        """A door's topics, one per partner."""
        return [topic for each, topic in sorted(self.topics.items()) if each.startswith(f"{name}.")]


@asynccontextmanager
async def evidence(home: Home, history: History, *, records: bool = True) -> AsyncIterator[Evidence]:
    """Read the topics (without ``records`` only how far they go) and open the databases."""
    services, servers = home.plan.services, Servers(home)
    env = dict(os.environ)
    for service in services:
        env |= settings_of(service, servers)
    said = {each["service"]: each for each in declared(services, home, env)}
    topics = await read_topics(home, records=records)
    async with AsyncExitStack() as stack:
        connections = {}
        for service in services:
            connection = await asyncpg.connect(
                database_url(home, service), server_settings={"default_transaction_read_only": "on"}
            )
            stack.push_async_callback(connection.close)
            connections[service] = connection
        yield Evidence(history, topics, said, connections)
