"""Where a stack lives (`.ganh/`), which ports it has, and the passwords it was made with."""

from __future__ import annotations

import json
import os
import secrets
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filelock import FileLock

from devkit.trouble import Trouble
from devkit.workspace import ROOT, place, services

DEFAULT_BASE = 8080
PORTS_IN_ALL = 120


@dataclass(frozen=True)
class Ports:
    """Every port follows from the first: the gateway's. A second checkout takes another one."""

    base: int

    def api(self, service: str) -> int:
        return self.base + 3 * place(service)

    def consume(self, service: str) -> int:
        return self.api(service) + 1

    def relay(self, service: str) -> int:
        return self.api(service) + 2

    @property
    def postgres(self) -> int:
        return self.base + 100

    @property
    def zipkin(self) -> int:
        return self.base + 101

    @property
    def otlp(self) -> int:
        return self.base + 102

    def kafka(self, brokers: int) -> tuple[int, ...]:
        return tuple(self.base + 104 + number for number in range(brokers))

    def controllers(self, brokers: int) -> tuple[int, ...]:
        return tuple(self.base + 108 + number for number in range(brokers))


@dataclass(frozen=True)
class Plan:
    """What a running stack was started as; `down`, `status` and the others read it back."""

    base: int = DEFAULT_BASE
    brokers: int = 1
    services: tuple[str, ...] = ()
    zipkin: bool = True


@dataclass(frozen=True)
class Home:
    """The folder of one stack. Nothing of it is worth keeping longer than the stack."""

    folder: Path

    @classmethod
    def here(cls) -> Home:
        return cls(Path(os.environ.get("GANH_HOME") or ROOT / ".ganh").resolve())

    def make(self) -> None:
        """The folder and its parts, for our eyes only."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for part in (self.run, self.env, self.keys):
            part.mkdir(exist_ok=True)

    @property
    def run(self) -> Path:
        """Pid files and logs."""
        return self.folder / "run"

    @property
    def env(self) -> Path:
        return self.folder / "env"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @cached_property
    def plan(self) -> Plan:
        try:
            kept = json.loads((self.folder / "plan.json").read_text())
            return Plan(kept["base"], kept["brokers"], tuple(kept["services"]), kept["zipkin"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return Plan(chosen_base(None))

    def keep(self, plan: Plan) -> Home:
        """Write the plan down; the home that has it."""
        write_private(self.folder / "plan.json", json.dumps(plan.__dict__))
        return Home(self.folder)

    @property
    def ports(self) -> Ports:
        return Ports(self.plan.base)

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.api('gateway')}"

    def secret(self, name: str) -> str:
        """The password of that name; made on first use, kept as long as the folder."""
        file = self.folder / "secrets.json"
        with FileLock(self.folder / "secrets.lock"):
            kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
            if name not in kept:
                kept[name] = secrets.token_urlsafe(18)
                write_private(file, json.dumps(kept, indent=1))
        return kept[name]


def chosen_base(kept: int | None) -> int:
    """The first port: ``GANH_PORT_BASE``, else what the stack had before, else 8080."""
    text = os.environ.get("GANH_PORT_BASE")
    if not text:
        return kept or DEFAULT_BASE
    if not text.isdigit() or not 1024 <= int(text) <= 65535 - PORTS_IN_ALL:
        raise Trouble(f"GANH_PORT_BASE is {text!r}, but must be a port from 1024 to {65535 - PORTS_IN_ALL}.")
    return int(text)


def chosen_services(only: list[str]) -> tuple[str, ...]:
    """All services, or those named and the gateway in front of them."""
    known = services()
    if unknown := [name for name in only if name not in known]:
        raise Trouble(f"There is no service {unknown[0]!r}: the services are {', '.join(known)}.")
    return tuple(name for name in known if not only or name in only or name == "gateway")


def write_private(file: Path, text: str) -> None:
    """Whole or not at all, readable for us only."""
    coming = file.with_suffix(f".coming-{os.getpid()}-{threading.get_ident()}")
    coming.touch(mode=0o600)
    coming.write_text(text)
    coming.replace(file)
