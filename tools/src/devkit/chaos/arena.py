"""Where the faults strike: the stack, the business clock, and whatever was started beside it; and the timeline."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devkit.chaos import processes
from devkit.native.ports import free_ports
from devkit.native.process import Daemon, end
from devkit.stack.components import Component, components
from devkit.stack.environment import settings_of
from devkit.stack.health import health_of
from devkit.stack.home import Home
from devkit.stack.own import OwnStack
from devkit.stack.servers import Servers
from devkit.trouble import Trouble


@dataclass(slots=True)
class Strike:
    """One fault. Seconds since the run began; ``did`` says what was done, or why it could not be."""

    fault: str
    at: float
    ended: float | None = None
    did: str = ""


@dataclass
class Arena:
    """``put_back`` are services whose database was put back. ``databases`` is held by whoever needs them to stay up."""

    stack: OwnStack
    clock_file: Path
    began: float = field(default_factory=time.monotonic)
    timeline: list[Strike] = field(default_factory=list)
    put_back: set[str] = field(default_factory=set)
    shift: timedelta = timedelta(0)
    databases: asyncio.Lock = field(default_factory=asyncio.Lock)
    _spares: list[Daemon] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return self.stack.home

    @property
    def servers(self) -> Servers:
        return Servers(self.home)

    @property
    def services(self) -> tuple[str, ...]:
        return self.home.plan.services

    @property
    def brokers(self) -> list[Component]:
        return [each for each in components(self.home) if each.name.startswith("kafka")]

    def now(self) -> datetime:
        """Business time, as the services have it."""
        return datetime.now(UTC) + self.shift

    def move_clock(self, by: timedelta) -> None:
        """All services follow within half a second."""
        self.shift += by
        coming = self.clock_file.with_suffix(".coming")
        coming.write_text(str(self.shift.total_seconds()))
        coming.replace(self.clock_file)

    @contextmanager
    def strike(self, fault: str) -> Iterator[Strike]:
        """An entry of the timeline, open while the fault lasts."""
        strike = Strike(fault, round(time.monotonic() - self.began, 1))
        self.timeline.append(strike)
        try:
            yield strike
        finally:
            strike.ended = round(time.monotonic() - self.began, 1)

    def spare(self, service: str, role: str) -> Daemon:
        """Start a second process of a role, on ports of its own."""
        prefix = service.upper().replace("-", "_")
        names = ("HTTP_PORT", "CONSUME_PORT", "RELAY_PORT")
        ports = {f"{prefix}_{name}": str(port) for name, port in zip(names, free_ports(3), strict=True)}
        daemon = Daemon(f"{service}-{role}-spare-{len(self._spares)}", self.home.run)
        own = {**settings_of(service, self.servers), **ports, f"{prefix}_CLOCK_FILE": str(self.clock_file)}
        daemon.start([sys.executable, "-m", service, role], env={**os.environ, **own})
        self._spares.append(daemon)
        return daemon

    def double(self) -> None:
        """A second consumer and a second relay of every service, for as long as the faults go on."""
        for service in self.services:
            for role in ("consume", "relay"):
                self.spare(service, role)

    async def dismiss(self, spare: Daemon, ask: signal.Signals = signal.SIGTERM) -> None:
        if (running := spare.find()) is not None:
            await asyncio.to_thread(end, running, ask=ask)
        spare.forget()

    async def heal(self, patience: float) -> float:
        """Wake whatever is stopped, end what was started beside, and wait until all says that it is ready; the
        seconds this took."""
        began = time.monotonic()
        for spare in self._spares:
            await self.dismiss(spare)
        while waiting := await asyncio.to_thread(self._not_ready):
            for service in self.services:
                processes.send(processes.service(self.home, service), signal.SIGCONT)
            for broker in self.brokers:
                if (running := broker.daemon.find()) is not None:
                    os.kill(running.pid, signal.SIGCONT)
            if time.monotonic() - began > patience:
                raise Trouble(f"After {patience:.0f} s without any fault still not ready: {'; '.join(waiting)}")
            await asyncio.sleep(0.5)
        return time.monotonic() - began

    def _not_ready(self) -> list[str]:
        waiting = [each.name for each in components(self.home) if not each.runs]
        for service in self.services:
            states = health_of(self.home, service)
            waiting += [f"{service} {each.role} ({each.says or 'silent'})" for each in states if not each.ready]
        return waiting
