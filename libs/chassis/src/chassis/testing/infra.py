"""Where the tests' PostgreSQL and Kafka come from, chosen by ``GANH_INFRA``: native (default), docker or external.

``native`` starts both as plain processes of this machine, once for all workers of a run. ``docker`` starts containers.
``external`` reads ``GANH_INFRA_FILE``, which describes servers that run already. Tests see no difference.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class InfraMissing(RuntimeError):
    """The servers cannot be had; the message says in one sentence why."""


@dataclass(frozen=True, slots=True)
class PostgresAccess:
    """A server and a login on it that may create databases."""

    host: str
    port: int
    user: str
    password: str

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{database}"


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """A broker and a login on it that may do everything. No user name: the broker asks for none."""

    bootstrap: str
    username: str | None
    password: str | None
    security: str


@dataclass(frozen=True, slots=True)
class Infra:
    postgres: PostgresAccess
    kafka: KafkaAccess

    @classmethod
    def described(cls, description: Mapping[str, Any]) -> Infra:
        return cls(PostgresAccess(**description["postgres"]), KafkaAccess(**description["kafka"]))


def choice() -> str:
    return os.environ.get("GANH_INFRA", "native")


def external() -> Infra:
    file = os.environ.get("GANH_INFRA_FILE")
    if file is None:
        raise InfraMissing("GANH_INFRA=external needs GANH_INFRA_FILE, a file that describes the servers")
    return Infra.described(json.loads(Path(file).read_text()))


def native(folder: Path) -> Infra:
    """Starts what does not run yet; safe to call from many workers at once."""
    told = _devkit("up", folder, "--json")
    return Infra.described(json.loads(told.strip().splitlines()[-1]))


def end_native(folder: Path) -> None:
    _devkit("down", folder)


def _devkit(command: str, folder: Path, *options: str) -> str:
    ran = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "devkit.infra", command, "--dir", str(folder), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise InfraMissing(ran.stderr.strip() or f"devkit.infra {command} failed")
    return ran.stdout
