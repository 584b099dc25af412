"""Bring a whole stack up, from whatever state its folder is in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from devkit.native.ports import require_free
from devkit.stack import pause
from devkit.stack.access import Declared, all_topics, declared, rights_of
from devkit.stack.components import Component, components
from devkit.stack.databases import make_databases
from devkit.stack.environment import environment_of
from devkit.stack.health import wait_until_ready
from devkit.stack.home import Home, write_private
from devkit.stack.keys import make_keys
from devkit.stack.servers import Servers
from devkit.stack.supervisor import forget_restarts
from devkit.stack.together import do_for_all
from devkit.steps import Steps
from devkit.workspace import code_of, fingerprint

T = TypeVar("T")


@dataclass(frozen=True)
class Start:
    """One start of a stack; its steps share the home and the display."""

    home: Home
    steps: Steps

    @property
    def servers(self) -> Servers:
        return Servers(self.home)

    @property
    def services(self) -> tuple[str, ...]:
        return self.home.plan.services

    def everything(self) -> None:
        """Servers, databases, topics, services; returns when all roles are ready."""
        pause.forget_all(self.home)
        forget_restarts(self.home)
        running = components(self.home)
        self._stop_leftovers(running)
        for component in running:
            if not component.runs:
                for port in component.ports:
                    require_free(port, component.name)
        make_keys(self.home)
        with ThreadPoolExecutor(6) as pool:
            tracing = pool.submit(self._tracing, running)
            said = pool.submit(self._declarations)
            postgres = pool.submit(self._postgres)
            kafka = pool.submit(self._kafka, said)
            _all([postgres, kafka, tracing])
        self._services([component for component in running if component.kind == "service"])

    def _stop_leftovers(self, running: Iterable[Component]) -> None:
        """Services that outlived their supervisor may run older code; the servers can go on."""
        for component in running:
            if component.kind != "server" and component.runs:
                component.stop()

    def _postgres(self) -> None:
        with self.steps.step("PostgreSQL"):
            self.servers.postgres.start()
            passwords = {name: self.home.secret(f"database {name}") for name in self.services}
            make_databases(self.servers.postgres, passwords)
        with self.steps.step("Migrations"):
            self._migrate()

    def _migrate(self) -> None:
        """Skipped where neither the code nor the cluster is another than at the last time."""
        cluster = (self.servers.postgres.data / "PG_VERSION").stat().st_mtime_ns
        stamps = {name: json.dumps([fingerprint(code_of(name)), cluster]) for name in self.services}
        records = {name: self.home.run / f"{name}.migrated.json" for name in self.services}
        due = [name for name, file in records.items() if not file.exists() or file.read_text() != stamps[name]]
        do_for_all("migrate", due, self._everybodys_settings())
        for name in due:
            write_private(records[name], stamps[name])

    def _everybodys_settings(self) -> dict[str, str]:
        return {key: value for name in self.services for key, value in environment_of(name, self.servers).items()}

    def _kafka(self, said: Future[list[Declared]]) -> None:
        with self.steps.step("Kafka") as heard:
            self.servers.kafka.start(progress=heard)
        with self.steps.step("Topics, logins and rights"):
            admin = self.servers.admin
            admin.create_topics(all_topics())
            admin.set_logins({name: self.home.secret(f"kafka {name}") for name in self.services})
            admin.set_rights([rights_of(says) for says in said.result()])
            admin.wake_coordinator()

    def _declarations(self) -> list[Declared]:
        return declared(self.services, self.home, self._everybodys_settings())

    def _tracing(self, running: Iterable[Component]) -> None:
        """Started, not waited for: nothing depends on it."""
        if self.home.plan.zipkin:
            with self.steps.step("Zipkin (goes on in the background)") as heard:
                self.servers.zipkin.fetch(heard)
                for component in running:
                    if component.kind == "tracing":
                        component.launch()

    def _services(self, services: list[Component]) -> None:
        with self.steps.step(f"Services: {', '.join(component.name for component in services)}") as heard:
            for component in services:
                component.launch()
            wait_until_ready(self.home, services, heard)


def _all(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result()
