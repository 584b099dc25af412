"""``./dev provision``: topics, logins and rights on a Kafka cluster that somebody else runs.

The embedded stack does this by itself; a real cluster gets it from here, once per release, by its administrator.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from devkit.native.kafka_admin import KafkaAdmin
from devkit.stack.access import all_topics, rights_of
from devkit.stack.together import do_for_all
from devkit.steps import console
from devkit.trouble import Trouble
from devkit.workspace import services


def register(app: typer.Typer) -> None:
    app.command()(provision)


def provision(
    bootstrap: Annotated[str, typer.Option(envvar="KAFKA_BOOTSTRAP", help="host:port of a broker, several by comma.")],
    username: Annotated[str, typer.Option(envvar="KAFKA_ADMIN_USERNAME")] = "admin",
    replication: Annotated[int, typer.Option(help="Copies of each topic.")] = 3,
) -> None:
    """Lay topics, logins and rights; passwords from the environment (KAFKA_ADMIN_PASSWORD, ORDERS_KAFKA_PASSWORD)."""
    admin = KafkaAdmin(bootstrap, username, _secret("KAFKA_ADMIN_PASSWORD"), replication)
    console.print(f"made {len(admin.create_topics(all_topics()))} topic(s)")
    names = services()
    admin.set_logins({name: _secret(f"{name.upper()}_KAFKA_PASSWORD") for name in names})
    admin.set_rights([rights_of(says) for says in do_for_all("topics", names, os.environ).values()])
    admin.wake_coordinator()
    console.print(f"{len(names)} login(s) have their rights")


def _secret(name: str) -> str:
    if value := os.environ.get(name):
        return value
    raise Trouble(f"{name} is not set: give the password in the environment.")
