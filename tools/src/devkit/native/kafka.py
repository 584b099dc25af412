"""A Kafka cluster in KRaft mode in a folder: SASL/SCRAM and the authorizer are on from the first moment.

Nobody may do anything that no ACL allows; only ``admin`` may do everything. Brokers elect among themselves over a
listener of their own that knows nobody but ``admin``.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devkit.native import maven
from devkit.native.java import command
from devkit.native.ports import LOCALHOST, answers, require_free
from devkit.native.process import Daemon, Running
from devkit.trouble import Trouble

ADMIN = "admin"
MECHANISM = "SCRAM-SHA-256"
JVM = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-Djava.awt.headless=true"]


@dataclass(frozen=True)
class Broker:
    """One node, broker and controller at once."""

    number: int
    port: int
    controller_port: int
    folder: Path

    @property
    def name(self) -> str:
        return f"kafka-{self.number}"

    @property
    def data(self) -> Path:
        return self.folder / f"data-{self.number}"

    @property
    def daemon(self) -> Daemon:
        return Daemon(self.name, self.folder.parent / "run")


@dataclass(frozen=True)
class Kafka:
    """``ports`` and ``controller_ports`` have one entry per broker; 1 or 3 brokers make sense."""

    folder: Path
    ports: tuple[int, ...]
    controller_ports: tuple[int, ...]
    password: str

    @cached_property
    def brokers(self) -> list[Broker]:
        pairs = zip(self.ports, self.controller_ports, strict=True)
        return [
            Broker(number, port, controller, self.folder) for number, (port, controller) in enumerate(pairs, start=1)
        ]

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{LOCALHOST}:{port}" for port in self.ports)

    @property
    def replication(self) -> int:
        return min(3, len(self.ports))

    def start(self, *, progress: Callable[[int, int], None] | None = None, patience: float = 90.0) -> None:
        """Fetch the program if needed, format, start every broker that does not run, return when all listen."""
        jars = maven.class_path("kafka", progress)
        self.folder.mkdir(parents=True, exist_ok=True)
        same_count(self.folder, len(self.brokers))
        for broker in self.brokers:
            if broker.daemon.find() is None:
                require_free(broker.port, "Kafka")
                require_free(broker.controller_port, "Kafka's controller")
                self._format(broker, jars)
                self.launch(broker)
        for broker in self.brokers:
            self._wait(broker, patience)

    def launch(self, broker: Broker) -> Running:
        """Start one broker on the data that is there, without waiting for it."""
        jars = maven.class_path("kafka")
        settings = self._write_settings(broker, broker.data)
        program = [*JVM, *self._logging(broker), "-cp", _joined(jars), "kafka.Kafka", str(settings)]
        return broker.daemon.start(command(self.folder / f"{broker.name}.java", program), cwd=self.folder)

    def stop(self) -> None:
        """Brokers end together: one that waits for the others' controllers would wait in vain."""
        running = [broker.daemon for broker in self.brokers]
        for daemon in running:
            daemon.ask_to_stop()
        for daemon in running:
            daemon.stop(patience=15)

    def _format(self, broker: Broker, jars: list[Path]) -> None:
        """Lay the cluster's id and the administrator beside the final folder, then move it there whole."""
        if (broker.data / "meta.properties").exists():
            return
        coming = self.folder / f"coming-{broker.number}"
        for half_made in (broker.data, coming):
            shutil.rmtree(half_made, ignore_errors=True)
        coming.mkdir(parents=True)
        settings = self._write_settings(broker, coming)
        scram = f"{MECHANISM}=[name={ADMIN},password={self.password}]"
        arguments = [
            "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *self._logging(broker), "-cp", _joined(jars),
            "kafka.tools.StorageTool", "format", "-t", self._cluster_id(), "-c", str(settings), "--add-scram", scram,
        ]  # fmt: skip
        arguments_file = self.folder / f"format-{broker.number}.java"
        done = subprocess.run(command(arguments_file, arguments), capture_output=True, text=True, check=False)
        arguments_file.unlink()
        if done.returncode:
            raise Trouble(f"Kafka's data folder cannot be made: {(done.stdout + done.stderr).strip()[-500:]}")
        coming.rename(broker.data)

    def _cluster_id(self) -> str:
        file = self.folder / "cluster-id"
        if not file.exists():
            name = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            file.write_text(name.replace("-", "A"))  # a leading hyphen would be read as an option
        return file.read_text()

    def _write_settings(self, broker: Broker, data: Path) -> Path:
        file = self.folder / f"{broker.name}.properties"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in self._settings(broker, data).items()))
        return file

    def _settings(self, broker: Broker, data: Path) -> dict[str, str]:
        login = f'required username="{ADMIN}" password="{self.password}"'
        voters = ",".join(f"{each.number}@{LOCALHOST}:{each.controller_port}" for each in self.brokers)
        return {
            "process.roles": "broker,controller",
            "node.id": str(broker.number),
            "controller.quorum.voters": voters,
            "listeners": f"CLIENTS://{LOCALHOST}:{broker.port},CONTROLLER://{LOCALHOST}:{broker.controller_port}",
            "advertised.listeners": f"CLIENTS://{LOCALHOST}:{broker.port}",
            "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
            "inter.broker.listener.name": "CLIENTS",
            "controller.listener.names": "CONTROLLER",
            "sasl.enabled.mechanisms": MECHANISM,
            "sasl.mechanism.inter.broker.protocol": MECHANISM,
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.clients.scram-sha-256.sasl.jaas.config":
                f"org.apache.kafka.common.security.scram.ScramLoginModule {login};",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config":
                f"org.apache.kafka.common.security.plain.PlainLoginModule {login} user_{ADMIN}=\"{self.password}\";",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{ADMIN}",
            "log.dirs": str(data),
            "auto.create.topics.enable": "false",
            "num.partitions": "12",
            "default.replication.factor": str(self.replication),
            "min.insync.replicas": str(max(1, self.replication - 1)),
            "offsets.topic.num.partitions": "12",
            "offsets.topic.replication.factor": str(self.replication),
            "transaction.state.log.num.partitions": "4",
            "transaction.state.log.replication.factor": str(self.replication),
            "transaction.state.log.min.isr": str(max(1, self.replication - 1)),
            "group.initial.rebalance.delay.ms": "0",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
            # The default preallocates 20 MB of index per partition; hundreds of partitions share one small machine.
            "log.index.size.max.bytes": str(1024 * 1024),
            "controlled.shutdown.max.retries": "1",
        }  # fmt: skip

    def _logging(self, broker: Broker) -> list[str]:
        file = self.folder / "log4j2.properties"
        file.write_text(LOGGING)
        return [f"-Dlog4j2.configurationFile={file}", f"-Dganh.broker={broker.name}", "-Dlog4j2.disable.jmx=true"]

    def _wait(self, broker: Broker, patience: float) -> None:
        waited = 0.0
        while not answers(broker.port, patience=1.0):
            waited += 1.0
            if broker.daemon.find() is None:
                raise Trouble(f"{broker.name} has ended; it wrote:\n{broker.daemon.log_tail()}")
            if waited > patience:
                raise Trouble(f"{broker.name} does not listen after {patience:.0f} s; its log is {broker.daemon.log}.")


def same_count(folder: Path, wanted: int | None) -> int:
    """How many brokers the data is for: as many as ``wanted`` (by default one) where there is none yet."""
    made = len(list(folder.glob("data-*")))
    if made and wanted not in (None, made):
        raise Trouble(
            f"Kafka's data in {folder} was made for {made} broker(s), not {wanted}: "
            f"start it with `--brokers {made}`, or `./dev reset` first."
        )
    return made or wanted or 1


def _joined(jars: list[Path]) -> str:
    return ":".join(map(str, jars))


LOGGING = """\
status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.server.name = kafka.server
logger.server.level = warn
"""
