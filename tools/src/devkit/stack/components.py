"""Everything that runs in a stack, in the order in which it starts; it stops the other way round."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from os import environ
from pathlib import Path

from devkit.native.process import Daemon
from devkit.stack.environment import KEEP, environment_of
from devkit.stack.home import Home
from devkit.stack.servers import Servers
from devkit.workspace import ROOT


@dataclass(frozen=True)
class Component:
    """One process of the stack. ``launch`` starts it without waiting until it is ready."""

    name: str
    kind: str
    daemon: Daemon
    launch: Callable[[], object]
    ports: tuple[int, ...]
    ask: signal.Signals = signal.SIGTERM

    @property
    def runs(self) -> bool:
        return self.daemon.find() is not None

    def stop(self) -> bool:
        return self.daemon.stop(ask=self.ask)


def components(home: Home) -> list[Component]:
    """The processes of the stack that ``home``'s plan describes."""
    servers = Servers(home)
    return [*_servers(servers), *_tracing(servers), *(_service(name, servers) for name in home.plan.services)]


def find(home: Home, name: str) -> list[Component]:
    """The component of that name, or all of a kind (``kafka``); empty where there is none."""
    return [component for component in components(home) if name in (component.name, component.name.split("-")[0])]


def _servers(servers: Servers) -> list[Component]:
    postgres, kafka = servers.postgres, servers.kafka
    database = Component("postgres", "server", postgres.daemon, postgres.launch, (postgres.port,), ask=signal.SIGINT)
    brokers = [
        Component(
            broker.name, "server", broker.daemon, partial(kafka.launch, broker), (broker.port, broker.controller_port)
        )
        for broker in kafka.brokers
    ]
    return [database, *brokers]


def _tracing(servers: Servers) -> list[Component]:
    if not servers.home.plan.zipkin:
        return []
    zipkin, ports = servers.zipkin, servers.home.ports
    bridge = Daemon("otlp", servers.home.run)
    command = [
        sys.executable, "-m", "devkit.otlp_bridge", "--port", str(ports.otlp), "--zipkin", zipkin.url,
    ]  # fmt: skip
    inherited = {name: environ[name] for name in KEEP if name in environ}
    return [
        Component("otlp", "tracing", bridge, partial(bridge.start, command, env=inherited), (ports.otlp,)),
        Component("zipkin", "tracing", zipkin.daemon, zipkin.launch, (ports.zipkin,)),
    ]


def _service(name: str, servers: Servers) -> Component:
    home = servers.home
    daemon = Daemon(name, home.run)

    def launch() -> object:
        return daemon.start(
            [sys.executable, "-m", name, "all"], env=environment_of(name, servers), cwd=_folder(name, home)
        )

    ports = (home.ports.api(name), home.ports.consume(name), home.ports.relay(name))
    return Component(name, "service", daemon, launch, ports)


def _folder(name: str, home: Home) -> Path:
    folder = ROOT / "services" / name
    return folder if folder.exists() else home.folder
