"""Keeps every process of a stack alive until it is told to stop; then stops them in order.

``./dev up`` is this in the foreground, ``python -m devkit.stack.supervisor`` the same in the background. It knows the
processes by their pid files, so it can take over what somebody else has started.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devkit.native.process import Daemon
from devkit.stack import pause
from devkit.stack.components import Component, components
from devkit.stack.home import Home, write_private

LOOK_EVERY = 0.5
LONGEST_WAIT = 30.0
SETTLED_AFTER = 60.0
"""Seconds after which a restarted process counts as well, and its next end is restarted at once again."""


@dataclass
class _Watch:
    """How often one component had to be started again, and when it may be next."""

    restarts: int = 0
    in_a_row: int = 0
    started: float = 0.0
    not_before: float = 0.0


class Supervisor:
    """``say`` hears one line for each thing that happens."""

    def __init__(self, home: Home, say: Callable[[str], None] = print) -> None:
        self._home = home
        self._say = say
        self._watches: dict[str, _Watch] = {}
        self._asked_to_stop = False

    def run(self, *, begun: Callable[[], None] = lambda: None) -> None:
        """Watch until SIGINT, SIGTERM or SIGHUP; then stop everything. ``begun`` is called once these are heard."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        watched = components(self._home)
        try:
            daemon_of(self._home).adopt()
            begun()
            while not self._asked_to_stop:
                for component in watched:
                    self.look(component, time.monotonic())
                time.sleep(LOOK_EVERY)
        finally:
            stop_all(watched, self._say)
            for number, handler in before.items():
                signal.signal(number, handler)
            daemon_of(self._home).forget()

    def _ask(self, *_: object) -> None:
        """Only remembers it: a handler that takes a lock can meet the main thread holding it."""
        self._asked_to_stop = True

    def look(self, component: Component, now: float) -> None:
        """Start it again if it has ended; the more often in a row, the later. ``now`` in seconds of any clock."""
        watch = self._watches.setdefault(component.name, _Watch(started=now))
        if component.runs:
            if now - watch.started > SETTLED_AFTER:
                watch.in_a_row = 0
            return
        if pause.paused(self._home, component.name) or now < watch.not_before:
            return
        watch.restarts += 1
        watch.in_a_row += 1
        watch.started = now
        watch.not_before = now + min(LONGEST_WAIT, 2.0**watch.in_a_row)
        self._say(f"{component.name} has ended; starting it again (restart {watch.restarts})")
        try:
            component.launch()
        except Exception as error:
            self._say(f"{component.name} cannot be started: {error}")
        write_private(_record(self._home), json.dumps({name: each.restarts for name, each in self._watches.items()}))


def stop_all(watched: Sequence[Component], say: Callable[[str], None] = print) -> None:
    """The gateway first, so that nothing new comes in; the services together; then what they stand on."""
    services = [component for component in watched if component.kind == "service" and component.runs]
    edge = [component for component in services if component.name == "gateway"]
    for group in (edge, [component for component in services if component not in edge]):
        _stop_together(group, say)
    for kind in ("tracing", "server"):
        members = [component for component in watched if component.kind == kind and component.runs]
        brokers = [component for component in members if component.name.startswith("kafka")]
        for group in (brokers, [component for component in members if component not in brokers]):
            _stop_together(group, say)


def _stop_together(group: Sequence[Component], say: Callable[[str], None]) -> None:
    if not group:
        return
    with ThreadPoolExecutor(len(group)) as pool:
        for component, well in zip(group, pool.map(Component.stop, group), strict=True):
            say(f"{component.name} stopped" if well else f"{component.name} did not end by itself and was killed")


def daemon_of(home: Home) -> Daemon:
    return Daemon("supervisor", home.run)


def restarts(home: Home) -> dict[str, int]:
    """How often each component was started again since `./dev up`."""
    try:
        counts: dict[str, int] = json.loads(_record(home).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return counts


def forget_restarts(home: Home) -> None:
    _record(home).unlink(missing_ok=True)


def _record(home: Home) -> Path:
    return home.run / "restarts.json"


if __name__ == "__main__":
    Supervisor(Home.here(), lambda line: print(line, flush=True)).run()
