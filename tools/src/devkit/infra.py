"""PostgreSQL and Kafka for tests: started once in a folder, found by everyone who names it.

``python -m devkit.infra up --dir DIR --json`` may be called by many test workers at once; the first one starts, the
others wait and get the same answer. The data is disposable, so PostgreSQL does not wait for the disk.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from devkit.native.kafka import ADMIN, Kafka
from devkit.native.kafka_admin import KafkaAdmin
from devkit.native.ports import free_ports, is_free
from devkit.native.postgres import ADMIN as POSTGRES_ADMIN
from devkit.native.postgres import Postgres
from devkit.trouble import Trouble

STATE = "infra.json"


@dataclass(frozen=True)
class Ports:
    postgres: int
    kafka: int
    controller: int


@dataclass(frozen=True)
class Infra:
    """The two servers of one folder; their ports and one password are kept in it."""

    folder: Path
    ports: Ports
    password: str

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.folder / "postgres", self.ports.postgres, self.password, durable=False)

    @property
    def kafka(self) -> Kafka:
        return Kafka(self.folder / "kafka", (self.ports.kafka,), (self.ports.controller,), self.password)

    def describe(self) -> dict[str, object]:
        """How to reach what runs; ``kafka`` is null where it was left out."""
        postgres = {
            "host": self.postgres.host, "port": self.ports.postgres, "user": POSTGRES_ADMIN, "password": self.password,
        }  # fmt: skip
        kafka = {
            "bootstrap": self.kafka.bootstrap, "username": ADMIN, "password": self.password,
            "security": "sasl_plaintext",
        }  # fmt: skip
        running = any(broker.daemon.find() for broker in self.kafka.brokers)
        return {"postgres": postgres, "kafka": kafka if running else None}


def up(folder: Path, *, kafka: bool = True) -> Infra:
    """Start what does not run yet. Safe to call from many processes at once."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        infra = _known(folder) or _new(folder)
        infra.postgres.start()
        if kafka:
            _start_kafka(infra.kafka)
        return _keep(infra)


def _start_kafka(kafka: Kafka) -> None:
    if all(broker.daemon.find() for broker in kafka.brokers):
        return
    kafka.start()
    KafkaAdmin(kafka.bootstrap, ADMIN, kafka.password).wake_coordinator()


def down(folder: Path) -> None:
    """Stop what runs. The data stays; the folder can be removed."""
    folder = folder.resolve()
    if not folder.exists():
        return
    with FileLock(folder / "lock"):
        if infra := _known(folder):
            infra.kafka.stop()
            infra.postgres.stop()


def _known(folder: Path) -> Infra | None:
    try:
        kept = json.loads((folder / STATE).read_text())
        infra = Infra(folder, Ports(**kept["ports"]), kept["password"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    daemons = [infra.postgres.daemon, *(broker.daemon for broker in infra.kafka.brokers)]
    if any(daemon.find() for daemon in daemons):
        return infra
    if all(is_free(port) for port in asdict(infra.ports).values()):
        return infra
    return _keep(Infra(folder, _free(), infra.password))


def _new(folder: Path) -> Infra:
    return _keep(Infra(folder, _free(), secrets.token_urlsafe(18)))


def _free() -> Ports:
    return Ports(*free_ports(3))


def _keep(infra: Infra) -> Infra:
    file = infra.folder / STATE
    file.touch(mode=0o600)
    file.write_text(json.dumps({"ports": asdict(infra.ports), "password": infra.password, **infra.describe()}))
    return infra


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m devkit.infra", description=__doc__)
    parser.add_argument("command", choices=["up", "down"])
    parser.add_argument("--dir", type=Path, required=True, help="where data, logs and pid files go")
    parser.add_argument("--json", action="store_true", help="print how to reach the servers")
    parser.add_argument("--no-kafka", action="store_true", help="PostgreSQL only")
    chosen = parser.parse_args()
    try:
        if chosen.command == "down":
            down(chosen.dir)
            return 0
        infra = up(chosen.dir, kafka=not chosen.no_kafka)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    if chosen.json:
        print(json.dumps(infra.describe()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
