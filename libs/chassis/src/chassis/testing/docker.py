"""PostgreSQL and Kafka in containers, for machines that have an engine and prefer it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chassis.testing.infra import Infra, InfraMissing, KafkaAccess, PostgresAccess

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.1"


def why_not() -> str | None:
    """Why no container can be started here, in one sentence; None if one can."""
    import docker
    from docker.errors import DockerException

    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if address.startswith("unix://") and not Path(address.removeprefix("unix://")).exists():
        return f"no container engine answers here (there is no {address})"
    client = docker.DockerClient(base_url=address, version="1.41")
    try:
        client.ping()
        for image in (POSTGRES_IMAGE, KAFKA_IMAGE):
            if not client.images.list(name=image):
                return f"the image {image} is not here; `docker pull {image}` gets it"
    except (DockerException, OSError) as error:
        return f"no container engine answers here ({error})"
    finally:
        client.close()
    return None


@contextmanager
def started() -> Iterator[Infra]:
    """Both containers, for as long as the block lasts. ``InfraMissing`` if there is no engine or image."""
    if (reason := why_not()) is not None:
        raise InfraMissing(reason)
    from testcontainers.core.container import DockerContainer

    password = secrets.token_urlsafe(12)
    postgres = DockerContainer(POSTGRES_IMAGE).with_env("POSTGRES_PASSWORD", password).with_exposed_ports(5432)
    port = _free_port()
    kafka = (
        DockerContainer(KAFKA_IMAGE)
        .with_bind_ports(9092, port)
        .with_env("KAFKA_NODE_ID", "1")
        .with_env("KAFKA_PROCESS_ROLES", "broker,controller")
        .with_env("KAFKA_LISTENERS", "PLAINTEXT://:9092,CONTROLLER://:9093")
        .with_env("KAFKA_ADVERTISED_LISTENERS", f"PLAINTEXT://127.0.0.1:{port}")
        .with_env("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
        .with_env("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT")
        .with_env("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093")
        .with_env("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
        .with_env("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    )
    with postgres, kafka:
        _wait_for(postgres, "database system is ready to accept connections", times=2)
        _wait_for(kafka, "Kafka Server started")
        yield Infra(
            PostgresAccess("127.0.0.1", int(postgres.get_exposed_port(5432)), "postgres", password),
            KafkaAccess(f"127.0.0.1:{port}", None, None, "plaintext"),
        )


_STARTS_WITHIN = 60.0


def _wait_for(container: Any, line: str, *, times: int = 1) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        out, err = container.get_logs()
        if (out + err).decode(errors="replace").count(line) >= times:
            return
        time.sleep(0.2)
    raise InfraMissing(f"a container did not say {line!r} within {_STARTS_WITHIN:.0f} s")


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
