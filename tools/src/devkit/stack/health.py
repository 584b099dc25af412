"""Whether the roles of a service say that they are ready."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from devkit.stack.components import Component
from devkit.stack.home import Home
from devkit.trouble import Trouble

ROLES = ("api", "consume", "relay")


@dataclass(frozen=True)
class Health:
    """``ready`` is None where nothing answers. ``restarts``: how often its service had to start the role again."""

    role: str
    port: int
    ready: bool | None
    says: str = ""
    restarts: int = 0


def health_of(home: Home, service: str) -> list[Health]:
    """What each role of a service answers now."""
    ports = (home.ports.api(service), home.ports.consume(service), home.ports.relay(service))
    return [_ask(role, port) for role, port in zip(ROLES, ports, strict=True)]


def wait_until_ready(
    home: Home, services: list[Component], heard: Callable[[int, int], None], *, patience: float = 180.0
) -> None:
    """Return when every role of every service is ready; ``Trouble`` names those that are not, with their last words."""
    deadline = time.monotonic() + patience
    waiting = {component.name: component for component in services}
    ready: set[tuple[str, str]] = set()
    while waiting:
        for name, component in list(waiting.items()):
            states = [state for state in health_of(home, name) if (name, state.role) not in ready]
            ready |= {(name, state.role) for state in states if state.ready}
            if all(state.ready for state in states):
                del waiting[name]
            elif not component.runs:
                raise Trouble(f"{name} has ended while starting; it wrote:\n{component.daemon.log_tail(25)}")
            heard(len(ready), len(services) * len(ROLES))
        if waiting and time.monotonic() > deadline:
            raise Trouble(_not_ready(home, list(waiting)))
        time.sleep(0.1 if waiting else 0)


def _not_ready(home: Home, names: list[str]) -> str:
    late = [
        f"{name} {state.role}: {state.says or 'does not answer'}"
        for name in names
        for state in health_of(home, name)
        if not state.ready
    ]
    return "Not ready in time: " + "; ".join(late) + f". Look at `./dev logs {names[0]}`."


def _ask(role: str, port: int) -> Health:
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}/health/ready", timeout=3)
    except httpx2.HTTPError:
        return Health(role, port, None)
    try:
        body = answer.json()
    except ValueError:
        return Health(role, port, answer.is_success, answer.text[:300])
    troubles = "; ".join(f"{what}: {why}" for what, why in body.get("troubles", {}).items())
    return Health(role, port, answer.is_success, troubles, (body.get("restarts") or {}).get(role, 0))
