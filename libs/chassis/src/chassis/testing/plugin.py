"""The pytest plugin (``-p chassis.testing.plugin``): servers once per run, a database per test, topics by prefix."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from chassis.service import Service
    from chassis.testing.broker import Broker
    from chassis.testing.databases import Databases
    from chassis.testing.harness import Harness
    from chassis.testing.infra import Infra

_FOLDER = "GANH_INFRA_FOLDER"


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run names the folder of the native servers; its workers inherit the name."""
    if not hasattr(config, "workerinput") and _FOLDER not in os.environ:
        os.environ[_FOLDER] = str(config.rootpath / ".ganh" / f"test-{os.getpid()}")
        config.stash[_named_here] = True
    # A client of aiokafka that is stopped while it opens a connection forgets that connection; whenever the collector
    # finds it, inside any test, it would fail that one.
    config.addinivalue_line("filterwarnings", "ignore:Unclosed AIOKafkaConnection:ResourceWarning")


_named_here = pytest.StashKey[bool]()


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(_named_here, False):
        folder = Path(os.environ.pop(_FOLDER))
        if folder.exists():
            from chassis.testing.infra import end_native

            end_native(folder)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def exported() -> Iterator[InMemorySpanExporter]:
    """Every span that ends in this process from now on: tracing can be started once in a process, so all share it."""
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from chassis import ServiceSettings, telemetry

    exporter = InMemorySpanExporter()
    stop = telemetry.start("tests", ServiceSettings(trace_ratio=1.0), "test", exporter=exporter)
    yield exporter
    stop()


@pytest.fixture(scope="session")
def infra() -> Iterator[Infra]:
    """Real PostgreSQL and Kafka, from wherever ``GANH_INFRA`` says."""
    from chassis.testing import docker
    from chassis.testing import infra as sources

    match sources.choice():
        case "external":
            yield sources.external()
        case "docker":
            with docker.started() as found:
                yield found
        case _:
            yield sources.native(Path(os.environ[_FOLDER]))


@pytest.fixture(scope="session")
async def databases(infra: Infra) -> AsyncIterator[Databases]:
    from chassis.testing.databases import Databases

    made = Databases(infra.postgres)
    yield made
    await made.drop_all()


@pytest.fixture
async def database_for(databases: Databases) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Lends a database that is as migrations left it, for a service by import name; its URL."""
    lent: list[str] = []

    async def lend(package: str) -> str:
        lent.append(await databases.make(package))
        return lent[-1]

    yield lend
    for url in lent:
        databases.give_back(url)


@pytest.fixture
async def harness_for(
    database_for: Callable[[str], Awaitable[str]],
) -> AsyncIterator[Callable[..., Awaitable[Harness]]]:
    """Makes a :class:`Harness` for a service on a database of its own; keyword arguments are service settings."""
    from chassis.testing.harness import Harness

    async with AsyncExitStack() as stack:

        async def make(service: Service, **settings: Any) -> Harness:
            url = await database_for(service.name)
            return await stack.enter_async_context(Harness.running(service, url, **settings))

        yield make


@pytest.fixture
async def kafka(infra: Infra) -> AsyncIterator[Broker]:
    """The real broker; topics made here carry a prefix of this test's own and are removed after it."""
    from chassis.testing.broker import Broker

    broker = Broker(infra.kafka, f"t{secrets.token_hex(4)}.")
    yield broker
    await broker.remove()
